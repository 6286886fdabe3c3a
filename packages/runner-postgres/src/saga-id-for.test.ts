import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashInput, sagaIdFor } from './saga-id-for.js';

it('an idempotency key always gives the same id, and another saga or key another one', () => {
  expect(sagaIdFor('order', 'k-1')).toBe(sagaIdFor('order', 'k-1'));
  expect(sagaIdFor('order', 'k-1')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(new Set([sagaIdFor('a', 'bc'), sagaIdFor('ab', 'c'), sagaIdFor('a', 'b')]).size).toBe(3);
});

it('equal inputs have equal hashes, whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (input) => {
      const turned = Object.fromEntries(Object.entries(input).toReversed());
      expect(hashInput(turned)).toBe(hashInput(input));
    }),
  );
  expect(hashInput({ amount: 1 })).not.toBe(hashInput({ amount: 2 }));
});

it('an input that cannot be written as JSON is refused in a line', () => {
  const round: { self?: unknown } = {};
  round.self = round;
  for (const input of [{ amount: 1n }, round])
    expect(() => hashInput(input)).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        message: expect.stringMatching(/^the input can't be written as JSON: /),
      }),
    );
});

it('an empty idempotency key is refused: everybody who forgot it would share a saga', () => {
  expect(() => sagaIdFor('order', '')).toThrow(expect.objectContaining({ code: 'SAGA_ID_INVALID' }));
});
