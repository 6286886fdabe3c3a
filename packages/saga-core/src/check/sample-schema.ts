import type { z } from 'zod';
import { assertJson } from '../json.js';
import { accepts, type Cut, combined, cut, type Making } from './samples/making.js';
import { type RecordDefinition, sampleList, sampleRecord } from './samples/sample-list.js';
import { sampleNumber } from './samples/sample-number.js';
import { sampleObject, sampleTuple } from './samples/sample-object.js';
import { sampleText } from './samples/sample-text.js';

/** The parts of a zod schema's definition that values are made from. */
interface Definition extends Partial<RecordDefinition> {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly defaultValue?: unknown;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly element?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly items?: readonly z.ZodType[];
  readonly rest?: z.ZodType | null;
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly getter?: () => z.ZodType;
}

/** Of an enum, a union or a text no more values than this are made. */
const MOST_VALUES = 48;
/** Objects, lists and lazy schemas within each other further than this are not made: some have no end. */
const DEEPEST = 6;
/** Lists that are made have up to so many elements, all distinct. */
const MOST_ELEMENTS = 2;

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
  /** Is told of what the schema may take and was not made, other texts and numbers apart. Perhaps several times of the same. */
  readonly onCut?: (cut: Cut) => void;
}

/**
 * Makes values that fit a schema: every member of an enum or a union, every optional part there and missing, parts
 * combined as `combineParts` does; of texts and numbers one each; lists and records with one element, with two that
 * differ, and with none.
 *
 * @returns what the schema itself accepts, so that it may be less than there is, and empty
 */
export function sampleSchema(schema: z.ZodType, options: SampleOptions = {}): unknown[] {
  const { which = 0, maxElements = MOST_ELEMENTS, wide = false, numbered = false, apart = false } = options;
  /** Whether it was told why nothing is left of something. */
  let hasTold = false;
  const making: Making = {
    ...{ which, maxElements, wide, numbered, path: [], depth: 0 },
    turns: apart ? { made: 0 } : undefined,
    onCut: (one) => {
      hasTold ||= one.why === 'nothing' || one.why === 'nested';
      options.onCut?.(one);
    },
    valuesOf: (part, at) => {
      const before = hasTold;
      hasTold = false;
      const values = valuesOf(part, at);
      // Where nothing is left of a part, what is within it tells so first.
      if (values.length === 0 && !hasTold && definitionOf(part).type !== 'never') cut(at, 'nothing');
      hasTold ||= before;
      return values;
    },
  };
  const values = valuesOf(schema, making);
  return apart ? values.slice(0, 1) : values;
}

function valuesOf(schema: z.ZodType, making: Making): unknown[] {
  if (making.depth > DEEPEST) {
    cut(making, 'nested');
    return [];
  }
  return sample(schema, making).filter((value) => accepts(schema, value));
}

function sample(schema: z.ZodType, making: Making): unknown[] {
  const def = definitionOf(schema);
  const inner = (other: z.ZodType | undefined) => (other ? making.valuesOf(other, making) : []);
  switch (def.type) {
    case 'object':
      return sampleObject(schema, def.shape ?? {}, making);
    case 'enum':
      return someOf([Object.values(def.entries ?? {})], making);
    case 'literal':
      return someOf([def.values ?? []], making);
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
      return withDefault(inner(def.innerType), def.defaultValue);
    case 'readonly':
    case 'catch':
    case 'nonoptional':
      return inner(def.innerType);
    case 'pipe':
      return samplePipe(schema, def, making);
    case 'lazy':
      return def.getter ? making.valuesOf(def.getter(), { ...making, depth: making.depth + 1 }) : [];
    case 'union':
      return someOf((def.options ?? []).map(inner), making);
    case 'intersection':
      return sampleBoth(inner(def.left), inner(def.right), making);
    case 'array':
      return def.element ? sampleList(schema, def.element, making) : [[]];
    case 'tuple':
      return sampleTuple(schema, def.items ?? [], def.rest, making);
    case 'record':
      return sampleRecord(schema, def as RecordDefinition, making);
    case 'string':
    case 'template_literal':
      return sampleText(schema, making);
    case 'number':
    case 'int':
      return sampleNumber(schema, making);
    case 'any':
    case 'unknown':
      cut(making, 'anything');
      return [null];
    default:
      return [];
  }
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

/** What goes in at one end; where that is code, what comes out. Paths within are not those of what comes out. */
function samplePipe(schema: z.ZodType, def: Definition, making: Making): unknown[] {
  const source = def.in && definitionOf(def.in).type !== 'transform' ? def.in : def.out;
  if (!source) return [];
  const { path } = making;
  const onCut = ({ why }: Cut) =>
    making.onCut({
      ...{ path, why: why === 'together' ? 'some' : why },
      ...{ parts: [{ name: '', paths: [path] }], together: 0 },
    });
  const make = (wide: boolean) =>
    making.valuesOf(source, { ...making, wide, onCut }).filter((value) => accepts(schema, value));
  const values = make(making.wide);
  const wider = () => (making.wide ? [] : make(true));
  const isKept = (value: unknown) => {
    const { data } = schema.safeParse(value);
    return data === undefined || isJson(data);
  };
  // What comes out has to be kept as JSON: `Number` makes none of most texts.
  if (values.some(isKept)) return values.filter(isKept);
  const others = wider();
  if (others.some(isKept)) return others.filter(isKept);
  return values.length > 0 ? values : others;
}

function isJson(value: unknown): boolean {
  try {
    assertJson(value, 'value');
    return true;
  } catch {
    return false;
  }
}

/** As many values as may be: of each option some. */
function someOf(options: readonly (readonly unknown[])[], making: Making): unknown[] {
  const all = options.flat();
  if (all.length <= MOST_VALUES) return all;
  cut(making, 'some');
  const longest = Math.max(...options.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, index) =>
    options.flatMap((values) => values.slice(index, index + 1)),
  );
  return inTurn.flat().slice(0, MOST_VALUES);
}

/** A part that may be missing, and is something else then. */
function withDefault(values: readonly unknown[], standard: unknown): unknown[] {
  const isMade = values.some((value) => JSON.stringify(value) === JSON.stringify(standard));
  return isMade ? [...values] : [...values, undefined];
}

/** What is both. */
function sampleBoth(left: readonly unknown[], right: readonly unknown[], making: Making): unknown[] {
  const parts = [
    { name: 'one side', values: left },
    { name: 'the other side', values: right },
  ];
  return combined(parts, making).map(([one, other]) => joined(one, other));
}

/** Two objects in one. */
function joined(left: unknown, right: unknown): unknown {
  return typeof left === 'object' && typeof right === 'object' ? { ...left, ...right } : left;
}
