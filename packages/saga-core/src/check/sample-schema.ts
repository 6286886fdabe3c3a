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
/** Texts that are tried in turn until the schema takes one. */
const TEXTS = [
  'sample',
  'EUR',
  'sample@example.org',
  'https://example.org/',
  '00000000-0000-4000-8000-000000000000',
  '2030-01-01T00:00:00Z',
  '2030-01-01',
  '1',
  'a'.repeat(32),
];
const NUMBERS = [1, 0, 0.5, 10, 1_000, -1, 1_000_000];

/**
 * Makes values that fit a schema: every member of an enum or a union, every optional part there and missing; of
 * texts, numbers and lists one each.
 *
 * @returns what the schema itself accepts, so that it may be less than there is, and empty
 */
export function sampleSchema(schema: z.ZodType): unknown[] {
  return sample(schema, 0).filter((value) => schema.safeParse(value).success);
}

function sample(schema: z.ZodType, depth: number): unknown[] {
  const def = schema.def as unknown as Definition;
  const inner = (other: z.ZodType | undefined) => (other && depth < 6 ? sample(other, depth + 1) : []);
  switch (def.type) {
    case 'object':
      return sampleObject(def.shape ?? {}, depth);
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
      return inner(def.element)
        .slice(0, 1)
        .map((one) => [one])
        .concat([[]]);
    case 'tuple':
      return [(def.items ?? []).map((item) => inner(item)[0])];
    case 'record':
      return [{}];
    case 'string':
      return TEXTS.filter((text) => schema.safeParse(text).success).slice(0, 1);
    case 'number':
    case 'int':
      return NUMBERS.filter((number) => schema.safeParse(number).success).slice(0, 1);
    case 'any':
    case 'unknown':
      return [null];
    default:
      return [];
  }
}

/** Every combination where those are few; else each part's values one at a time. */
function sampleObject(shape: Readonly<Record<string, z.ZodType>>, depth: number): unknown[] {
  const parts = Object.entries(shape).map(([key, part]) => [key, sample(part, depth + 1)] as const);
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
