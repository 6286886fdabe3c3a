import { expect, it } from 'vitest';
import { readSettings } from '../settings.ts';
import { mockDecline } from './mock-decline.ts';

const ids = Array.from({ length: 20_000 }, (_, n) => `order-${n}.p1`);
const declinedAt = (rate: number) => ids.filter((id) => mockDecline('tok_random', id, rate)).length;

it('of 20,000 payments 30 % are declined, give or take one, unless told otherwise', () => {
  const { MOCK_PAYMENT_FAILURE_RATE: rate } = readSettings({});
  expect(rate).toBe(0.3);
  expect(declinedAt(rate) / ids.length).toBeGreaterThan(0.29);
  expect(declinedAt(rate) / ids.length).toBeLessThan(0.31);
  expect([declinedAt(0), declinedAt(1)]).toEqual([0, ids.length]);
});

it('the same payment gets the same answer again', () => {
  expect(ids.filter((id) => mockDecline('', id, 0.3))).toEqual(ids.filter((id) => mockDecline('', id, 0.3)));
});

it('tok_ok always works, tok_declined never', () => {
  expect(ids.some((id) => mockDecline('tok_ok', id, 1))).toBe(false);
  expect(ids.every((id) => mockDecline('tok_declined', id, 0))).toBe(true);
});
