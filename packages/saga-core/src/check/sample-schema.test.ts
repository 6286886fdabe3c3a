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

  test('every number that fits, where that is asked for', () => {
    expect(sampleSchema(z.number())).toEqual([1]);
    expect(sampleSchema(z.number().min(0), { wide: true })).toEqual([1, 0, 0.5, 10, 1_000, 1_000_000]);
  });
});
