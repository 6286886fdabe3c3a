import type { z } from 'zod';
import { textForPattern } from './text-for-pattern.js';

/** The parts of a zod schema's definition that values are made from. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly items?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly getter?: () => z.ZodType;
  readonly pattern?: RegExp;
  readonly checks?: readonly { readonly _zod: { readonly def: Limits } }[];
}

/** What a check on a text or a number may want. */
interface Limits {
  readonly pattern?: RegExp;
  readonly value?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly length?: number;
}

/** More values of one schema than this are not made. */
const MOST = 24;
/** Lists that are made have up to so many elements, all distinct. */
const MOST_ELEMENTS = 2;
/** Longer lists are made only for schemas that want them. */
const LONGEST_LIST = 10;

/** Texts that are tried in turn until the schema takes one, by the number of what they name. What isn't an id has none. */
const TEXTS: readonly ((number: number) => string)[] = [
  (number) => `sample${number}`,
  () => 'EUR',
  (number) => `sample${number}@example.org`,
  (number) => `https://example.org/sample${number}`,
  (number) => `5a5a5a5a-5a5a-4a5a-8a5a-00000000000${number}`,
  () => '2030-01-01T00:00:00Z',
  () => '2030-01-01',
  (number) => `100000000${number}`,
  () => '1',
  (number) => `sample${number}`.padEnd(32, 'x'),
  () => 'a'.repeat(32),
];
const NUMBERS = [1, 0, 0.5, 10, 1_000, -1, 1_000_000];

/** The number that names the first thing; the next one names the second. */
const FIRST_NUMBER = 1_000_000_001;

/** Which of the texts and numbers that name something it is that stands there, the first or the second; so that both can be swapped. */
export const SAMPLE_NAME = /(sample|5a5a5a5a-5a5a-4a5a-8a5a-00000000000|100000000)([12])/gi;

/** Which values {@link sampleSchema} makes. */
interface SampleOptions {
  /** Which of several: texts of the second (1) name another thing than those of the first (0). */
  readonly which?: number;
  /** The most elements of a list; 2 by default. */
  readonly maxElements?: number;
  /** Every text and number that fits, and not just one. */
  readonly wide?: boolean;
  /** Numbers name things, as texts do: those of another thing are others. */
  readonly numbered?: boolean;
  /** One value whose texts name this and another thing by turns: two accounts, and not one twice. */
  readonly apart?: boolean;
}

/** Where in a schema a value is made. */
interface Making extends Required<Omit<SampleOptions, 'apart'>> {
  readonly depth: number;
  /** How many texts have been made, where they differ by turns. */
  readonly turns: { made: number } | undefined;
}

/**
 * Makes values that fit a schema: every member of an enum or a union, every optional part there and missing; of texts
 * and numbers one each; lists with one element, with two that differ, and with none.
 *
 * @returns what the schema itself accepts, so that it may be less than there is, and empty
 */
export function sampleSchema(schema: z.ZodType, options: SampleOptions = {}): unknown[] {
  const { which = 0, maxElements = MOST_ELEMENTS, wide = false, numbered = false, apart = false } = options;
  const turns = apart ? { made: 0 } : undefined;
  const values = sample(schema, { which, maxElements, wide, numbered, depth: 0, turns });
  return (apart ? values.slice(0, 1) : values).filter((value) => schema.safeParse(value).success);
}

function sample(schema: z.ZodType, making: Making): unknown[] {
  const def = schema.def as unknown as Definition;
  const deeper = { ...making, depth: making.depth + 1 };
  const inner = (other: z.ZodType | undefined) => (other && making.depth < 6 ? sample(other, deeper) : []);
  switch (def.type) {
    case 'object':
      return sampleObject(def.shape ?? {}, deeper);
    case 'enum':
      return Object.values(def.entries ?? {});
    case 'literal':
      return [...(def.values ?? [])];
    case 'boolean':
      return [true, false];
    case 'null':
    case 'void':
    case 'undefined':
      return [def.type === 'null' ? null : undefined];
    case 'optional':
    case 'exactOptional':
      return [...inner(def.innerType), undefined];
    case 'nullable':
      return [...inner(def.innerType), null];
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
    case 'nonoptional':
      return inner(def.innerType);
    case 'pipe':
      return inner(def.in);
    case 'lazy':
      return inner(def.getter?.());
    case 'union':
      return (def.options ?? []).flatMap(inner).slice(0, MOST);
    case 'intersection':
      return inner(def.left).flatMap((left) => inner(def.right).map((right) => joined(left, right)));
    case 'array':
      return def.element && making.depth < 6 ? sampleList(schema, def.element, deeper) : [[]];
    case 'tuple':
      return [(def.items ?? []).map((item) => inner(item)[0])];
    case 'record':
      return [{}];
    case 'string':
    case 'template_literal':
      return sampleText(schema, making);
    case 'number':
    case 'int':
      return sampleNumber(schema, making);
    case 'any':
    case 'unknown':
      return [null];
    default:
      return [];
  }
}

/** The first number that fits, or one that names something. */
function sampleNumber(schema: z.ZodType, making: Making): number[] {
  const fits = (number: number) => schema.safeParse(number).success;
  const name = FIRST_NUMBER + whichOf(making);
  if (making.numbered && fits(FIRST_NUMBER) && fits(name)) return [name];
  const all = [...new Set([...NUMBERS, ...numbersWithin(schema)])].filter(fits);
  return making.wide ? all.slice(0, MOST) : all.slice(0, 1);
}

/** Which thing is named here: the one that is asked for, or this and another by turns. */
function whichOf({ which, turns }: Making): number {
  if (!turns) return which;
  turns.made += 1;
  return (turns.made - 1) % 2;
}

/** The first kind of text that fits, naming the first thing or another. */
function sampleText(schema: z.ZodType, making: Making): string[] {
  const which = whichOf(making);
  const { wide } = making;
  const fits = (text: string) => schema.safeParse(text).success;
  const kinds = TEXTS.filter((textOf) => fits(textOf(1)));
  if (wide) return kinds.map((textOf) => textOf(1));
  if (kinds.length === 0) return madeToMeasure(schema, which).filter(fits).slice(0, 1);
  return kinds.slice(0, 1).map((textOf) => (fits(textOf(which + 1)) ? textOf(which + 1) : textOf(1)));
}

/** Texts of the length that the schema wants, or for one of its patterns. */
function madeToMeasure(schema: z.ZodType, which: number): string[] {
  const { minimum = 0, maximum, length } = Object.assign({}, ...limitsOf(schema)) as Limits;
  const least = length ?? minimum;
  const most = length ?? maximum;
  const plain = `sample${which + 1}`.padEnd(least, 'x');
  const short = 'ab'.charAt(which).padEnd(least, 'x');
  const patterns = [
    ...limitsOf(schema).map(({ pattern }) => pattern),
    (schema.def as unknown as Definition).pattern,
    (schema._zod as { readonly pattern?: RegExp }).pattern,
  ];
  const fitting = patterns.flatMap((pattern) => {
    const texts = pattern ? [textForPattern(pattern, which), textForPattern(pattern, 0)] : [];
    return texts.filter((text) => text !== undefined);
  });
  return [...(most !== undefined && most < plain.length ? [short] : [plain]), ...fitting];
}

/** Numbers at the schema's own limits. */
function numbersWithin(schema: z.ZodType): number[] {
  const limits = limitsOf(schema).flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  const sums = limits.flatMap((one) => limits.map((other) => one + other));
  return [...limits, ...sums, ...limits.flatMap((one) => [one + 1, one - 1, one + 0.5])];
}

function limitsOf(schema: z.ZodType): Limits[] {
  const { checks = [] } = schema.def as unknown as Definition;
  return checks.map(({ _zod: { def } }) => def);
}

/** Lists with one element, with several that differ, and with none; longer ones where the schema wants them. */
function sampleList(schema: z.ZodType, element: z.ZodType, making: Making): unknown[][] {
  const elements = distinctElements(element, making, Math.max(making.maxElements, 1));
  const lengths = [...elements.keys()].map((index) => index + 1);
  const fits = (list: unknown[]) => schema.safeParse(list).success;
  const lists = [...lengths.map((length) => elements.slice(0, length)), []].filter(fits);
  if (lists.length > 0) return lists;
  const longer = distinctElements(element, making, LONGEST_LIST);
  const found = longer.map((_, index) => longer.slice(0, index + 1)).find(fits);
  return found ? [found] : [];
}

function distinctElements(element: z.ZodType, making: Making, most: number): unknown[] {
  const found = new Map<string, unknown>();
  const note = (value: unknown) => {
    if (found.size < most) found.set(JSON.stringify(value), found.get(JSON.stringify(value)) ?? value);
  };
  for (let which = 0; which < most; which += 1) {
    // The second list begins with the second element, and has the first one, too.
    const turned = making.which > 0 && which < 2 ? 1 - which : which;
    for (const value of sample(element, { ...making, which: turned }).slice(0, 1)) note(value);
  }
  for (const value of sample(element, making)) note(value);
  return [...found.values()];
}

/** Every combination where those are few; else each part's values one at a time. */
function sampleObject(shape: Readonly<Record<string, z.ZodType>>, making: Making): unknown[] {
  const parts = Object.entries(shape).map(([key, part]) => [key, sample(part, making)] as const);
  const count = parts.reduce((product, [, values]) => product * Math.max(1, values.length), 1);
  if (count <= MOST) {
    return parts.reduce<object[]>(
      (all, [key, values]) => all.flatMap((one) => values.map((value) => withPart(one, key, value))),
      [{}],
    );
  }
  const first = parts.reduce<object>((one, [key, [value]]) => withPart(one, key, value), {});
  const others = parts.flatMap(([key, [, ...values]]) => values.map((value) => withPart(first, key, value)));
  return [first, ...others].slice(0, MOST);
}

/** What is both: two objects in one. */
function joined(left: unknown, right: unknown): unknown {
  return typeof left === 'object' && typeof right === 'object' ? { ...left, ...right } : left;
}

function withPart(one: object, key: string, value: unknown): object {
  if (value !== undefined) return { ...one, [key]: value };
  const { [key as keyof object]: _left, ...rest } = one;
  return rest;
}
