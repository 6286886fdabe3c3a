import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mirrored } from './name-swap.js';
import { sampleSchema } from './sample-schema.js';
import type { Cut } from './samples/making.js';
import { describePath } from './unmade/value-paths.js';

describe('values that are made from a schema', () => {
  test('texts name one thing, or another', () => {
    const schema = z.object({ id: z.string(), by: z.uuid(), mail: z.email() });
    const [one] = sampleSchema(schema) as z.infer<typeof schema>[];
    const [other] = sampleSchema(schema, { which: 1 }) as z.infer<typeof schema>[];
    expect(one?.id).not.toBe(other?.id);
    expect(one?.by).not.toBe(other?.by);
    expect(one?.mail).not.toBe(other?.mail);
  });

  test('within one value they name two things by turns, where that is asked for', () => {
    const schema = z.object({ from: z.string(), to: z.string() });
    expect(sampleSchema(schema, { apart: true })).toEqual([{ from: 'sample1', to: 'sample2' }]);
  });

  test('what is no id is the same in both', () => {
    const schema = z.object({ currency: z.string().length(3), on: z.iso.date() });
    expect(sampleSchema(schema, { which: 1 })).toEqual(sampleSchema(schema));
  });

  test('lists have one element, two that differ, and none', () => {
    expect(sampleSchema(z.array(z.string()))).toEqual([['sample1'], ['sample1', 'sample2'], []]);
    expect(sampleSchema(z.array(z.string()), { which: 1 })).toEqual([
      ['sample2'],
      ['sample2', 'sample1'],
      [],
    ]);
    expect(sampleSchema(z.array(z.enum(['a', 'b'])))).toEqual([['a'], ['b'], ['a', 'b'], ['b', 'a'], []]);
    expect(sampleSchema(z.array(z.string()), { maxElements: 3 })).toContainEqual([
      'sample1',
      'sample2',
      'sample3',
    ]);
  });

  test('lists are as long as their schema wants them', () => {
    expect(sampleSchema(z.array(z.string()).min(4))).toEqual([['sample1', 'sample2', 'sample3', 'sample4']]);
    expect(sampleSchema(z.array(z.string()).nonempty().max(1))).toEqual([['sample1']]);
  });

  test('texts fit patterns and lengths', () => {
    const bothOf = (schema: z.ZodType) => [...sampleSchema(schema), ...sampleSchema(schema, { which: 1 })];
    expect(bothOf(z.string().regex(/^ORD-\d{4}(?:-[A-Z]+)?$/))).toEqual(['ORD-1111', 'ORD-2222']);
    expect(bothOf(z.string().startsWith('cus_'))).toEqual(['cus_a', 'cus_b']);
    expect(bothOf(z.templateLiteral(['order-', z.number()]))).toEqual(['order-1', 'order-2']);
    expect(bothOf(z.string().min(40))).toHaveLength(2);
    expect(bothOf(z.string().length(2))).toEqual(['ax', 'bx']);
    expect(bothOf(z.ulid())).toHaveLength(2);
    expect(sampleSchema(z.string().regex(/^(a)\1$/))).toEqual([]);
  });

  test('numbers are within the limits of their schema', () => {
    expect(sampleSchema(z.int().min(7).max(9))).toEqual([7]);
    expect(sampleSchema(z.number().multipleOf(25).gt(50))).toEqual([1_000]);
    expect(sampleSchema(z.number().gt(2_000_000))).toEqual([4_000_000]);
  });

  test('an intersection has both', () => {
    const schema = z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() }));
    expect(sampleSchema(schema)).toEqual([{ a: 'sample1', b: 1 }]);
  });

  test('every number that fits, where that is asked for', () => {
    expect(sampleSchema(z.number())).toEqual([1]);
    expect(sampleSchema(z.number().min(0), { wide: true })).toEqual([1, 0, 0.5, 10, 1_000, 1_000_000]);
  });

  test('lists vary each of their elements', () => {
    const item = z.object({ sku: z.string(), kind: z.enum(['plain', 'fragile']) });
    const lists = sampleSchema(z.array(item));
    expect(lists).toHaveLength(2 + 4 + 1);
    expect(lists).toContainEqual([
      { sku: 'sample1', kind: 'plain' },
      { sku: 'sample2', kind: 'fragile' },
    ]);
    const many = z.enum(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    const pairs = sampleSchema(z.array(many)) as string[][];
    expect(new Set(pairs.map(([, second]) => second)).size).toBe(8 + 1);
    expect(pairs).toHaveLength(8 + 8 + 1);
  });

  test('lists whose schema wants several have the same twice only where there is no other', () => {
    expect(sampleSchema(z.array(z.literal('x')).min(2))).toEqual([['x', 'x']]);
    expect(sampleSchema(z.array(z.boolean()).length(3))).toHaveLength(8);
  });

  test('records have one entry, two and none', () => {
    expect(sampleSchema(z.record(z.string(), z.int()))).toEqual([
      { sample1: 1 },
      { sample1: 1, sample2: 1 },
      {},
    ]);
    const records = sampleSchema(z.record(z.string(), z.boolean()));
    expect(records).toContainEqual({ sample1: false });
    expect(records).toContainEqual({ sample1: true, sample2: false });
    expect(sampleSchema(z.record(z.enum(['a', 'b']), z.int()))).toEqual([{ a: 1, b: 1 }]);
    expect(sampleSchema(z.partialRecord(z.enum(['a', 'b']), z.int()))).toContainEqual({ b: 1 });
  });

  test('tuples combine the values of their items', () => {
    expect(sampleSchema(z.tuple([z.boolean(), z.enum(['a', 'b'])]))).toHaveLength(4);
    expect(sampleSchema(z.tuple([z.string()], z.int()))).toEqual([['sample1'], ['sample1', 1]]);
    expect(sampleSchema(z.tuple([z.string(), z.string().optional()]))).toEqual([
      ['sample1', 'sample1'],
      ['sample1'],
    ]);
  });

  test('what has a default is missing as well, where that makes another value', () => {
    expect(sampleSchema(z.object({ a: z.int().default(7) }))).toEqual([{ a: 1 }, {}]);
    expect(sampleSchema(z.object({ a: z.boolean().default(true) }))).toHaveLength(2);
  });

  test('what a refinement refuses is not made, and a transformation gets what it takes', () => {
    const kind = z.enum(['a', 'b', 'c']).refine((one) => one !== 'b');
    expect(sampleSchema(kind)).toEqual(['a', 'c']);
    const pair = z
      .object({ from: z.enum(['a', 'b']), to: z.enum(['a', 'b']) })
      .superRefine(({ from, to }, { addIssue }) => {
        if (from === to) addIssue('the same');
      });
    expect(sampleSchema(pair)).toEqual([
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ]);
    expect(sampleSchema(z.string().transform(({ length }) => length))).toEqual(['sample1']);
    expect(sampleSchema(z.string().transform(Number))).toEqual(['1000000001', '1']);
    expect(sampleSchema(z.preprocess((given) => given, z.int()))).toEqual([1]);
    expect(sampleSchema(z.stringbool())).toContain('1');
    const chokes = z.string().refine((text) => (text as unknown as { a: { b: boolean } }).a.b);
    expect(sampleSchema(chokes)).toEqual([]);
  });

  test('come in two that differ in the names alone', () => {
    const item = z.object({ sku: z.string(), gift: z.boolean(), size: z.enum(['s', 'm', 'l']) });
    const schema = z.object({
      items: z.array(item),
      byPlace: z.record(z.string(), z.boolean()),
      both: z.tuple([z.string(), z.boolean()]),
      note: z.union([z.string(), z.array(z.string())]).optional(),
    });
    const first = sampleSchema(schema);
    expect(first.length).toBeGreaterThan(10);
    expect(mirrored(first as never)).toEqual(sampleSchema(schema, { which: 1 }));
  });
});

describe('what is not made is told', () => {
  const isStandIn = ({ why }: Cut) => ['text', 'number', 'list', 'key'].includes(why);
  const allCutsOf = (schema: z.ZodType) => {
    const cuts: Cut[] = [];
    sampleSchema(schema, { onCut: (cut) => cuts.push(cut) });
    return cuts;
  };
  const describeCuts = (cuts: readonly Cut[]) => cuts.map(({ path, why }) => `${describePath(path)}: ${why}`);
  const cutsOf = (schema: z.ZodType) => describeCuts(allCutsOf(schema).filter((cut) => !isStandIn(cut)));
  const wide = z.object({ a: z.boolean(), b: z.boolean(), c: z.boolean(), d: z.boolean(), e: z.boolean() });

  test('of texts, numbers and lists that a few stand for all of them, with others that would do', () => {
    const schema = z.object({ id: z.string().max(3), counts: z.array(z.int().min(3)), isNew: z.boolean() });
    const cuts = allCutsOf(schema);
    expect(new Set(describeCuts(cuts))).toEqual(new Set(['id: text', 'counts: list', 'counts[]: number']));
    const numbers = cuts.find(({ why }) => why === 'number')?.others;
    expect(numbers?.some()).toEqual(expect.arrayContaining([3, 10, 1_000_000]));
    expect([4, 2, '4'].map((value) => numbers?.fits(value))).toEqual([true, false, false]);
    const texts = cuts.find(({ why }) => why === 'text')?.others;
    expect(texts?.some()).toEqual(['EUR', '1']);
    expect(texts?.fits('four')).toBe(false);
  });

  test('of nothing where all is made, but for that', () => {
    const schema = z.object({
      id: z.string(),
      items: z.array(z.object({ sku: z.string(), kind: z.enum(['a', 'b']) })),
      byPlace: z.record(z.string(), z.int()),
      never: z.never().optional(),
    });
    expect(cutsOf(schema)).toEqual([]);
  });

  test('values that are not combined, wherever they stand', () => {
    expect(cutsOf(wide)).toEqual([': together']);
    expect(cutsOf(z.object({ parcels: z.array(wide.optional()) }))).toContain('parcels[]: together');
    expect(cutsOf(z.record(z.string(), wide))).toContain('[]: together');
  });

  test('with the parts that vary, and how many of them were tried together', () => {
    const schema = z.object({ at: wide.extend({ id: z.string() }), id: z.string() });
    const cuts = allCutsOf(schema).filter((cut) => !isStandIn(cut));
    expect(cuts).toMatchObject([{ path: ['at'], together: 2 }]);
    expect(cuts[0]?.parts.map(({ name, paths }) => [name, paths])).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name) => [name, [['at', name]]]),
    );
  });

  test('more values than are tried', () => {
    const many = z.enum(Array.from({ length: 60 }, (_, index) => `country${index}`));
    expect(sampleSchema(many)).toHaveLength(48);
    expect(cutsOf(z.object({ country: many }))).toEqual(['country: some']);
    const union = z.union([many, z.int()]);
    expect(sampleSchema(union)).toContain(1);
  });

  test('what can be anything, what nothing fits, and what is nested too deep', () => {
    const ours = z.string().refine((text) => text.startsWith('our own'));
    expect(cutsOf(z.object({ data: z.unknown(), any: z.any() }))).toEqual([
      'data: anything',
      'any: anything',
    ]);
    expect(cutsOf(z.object({ at: z.object({ code: ours }).optional() }))).toEqual(['at.code: nothing']);
    const tree = z.object({
      name: z.string(),
      get children() {
        return z.array(tree);
      },
    });
    const cuts = cutsOf(tree);
    expect(new Set(cuts.map((cut) => cut.split(': ')[1]))).toEqual(new Set(['nested']));
    expect(cuts[0]).toMatch(/^children\[\]\.children\[\]\.children/);
    expect(sampleSchema(tree).length).toBeGreaterThan(3);
  });

  test('of what is transformed as a whole', () => {
    const schema = z.object({ at: wide.transform(({ a }) => (a ? 'yes' : 'no')) });
    expect(cutsOf(schema)).toEqual(['at: some']);
  });
});
