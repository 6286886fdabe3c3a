import type { z } from 'zod';

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
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly getter?: () => z.ZodType;
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

/** Which of the texts that name something it is that stands there, the first or the second; so that both can be swapped. */
export const SAMPLE_NAME = /(sample|5a5a5a5a-5a5a-4a5a-8a5a-00000000000|100000000)([12])/gi;

/** Which values {@link sampleSchema} makes. */
export interface SampleOptions {
  /** Which of several: texts of the second (1) name another thing than those of the first (0). */
  readonly which?: number;
  /** The most elements of a list; 2 by default. */
  readonly maxElements?: number;
  /** Every text and number that fits, and not just one. */
  readonly wide?: boolean;
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
  const { which = 0, maxElements = MOST_ELEMENTS, wide = false, apart = false } = options;
  const turns = apart ? { made: 0 } : undefined;
  const values = sample(schema, { which, maxElements, wide, depth: 0, turns });
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
      return inner(def.left);
    case 'array':
      return def.element && making.depth < 6 ? sampleList(schema, def.element, deeper) : [[]];
    case 'tuple':
      return [(def.items ?? []).map((item) => inner(item)[0])];
    case 'record':
      return [{}];
    case 'string':
      return sampleText(schema, making);
    case 'number':
    case 'int':
      return NUMBERS.filter((number) => schema.safeParse(number).success).slice(
        0,
        making.wide ? NUMBERS.length : 1,
      );
    case 'any':
    case 'unknown':
      return [null];
    default:
      return [];
  }
}

/** The first kind of text that fits, naming the first thing or another. */
function sampleText(schema: z.ZodType, { which: given, wide, turns }: Making): string[] {
  const which = turns ? turns.made++ % 2 : given;
  const fits = (text: string) => schema.safeParse(text).success;
  const kinds = TEXTS.filter((textOf) => fits(textOf(1)));
  if (wide) return kinds.map((textOf) => textOf(1));
  return kinds.slice(0, 1).map((textOf) => (fits(textOf(which + 1)) ? textOf(which + 1) : textOf(1)));
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

function withPart(one: object, key: string, value: unknown): object {
  if (value !== undefined) return { ...one, [key]: value };
  const { [key as keyof object]: _left, ...rest } = one;
  return rest;
}
