import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sampleSchema } from './sample-schema.js';

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
    expect(sampleSchema(z.array(z.enum(['a', 'b', 'c'])))).toEqual([['a'], ['a', 'b'], []]);
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
});
