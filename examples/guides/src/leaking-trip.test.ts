import { checkSaga } from '@countermand/saga-core';
import { toBeSound } from '@countermand/saga-core/testing';
import { expect, it } from 'vitest';
import { createTrip, leakingTrip } from './leaking-trip.ts';

it('a trip that ends without compensation keeps seat and money, and the check shows the way to it', () => {
  const { sound, findings } = checkSaga(leakingTrip);
  expect(sound).toBe(false);
  expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
    "obligation-left-open: card.charged:visa is open at rest in cancelled, which doesn't keep it",
    "obligation-left-open: seat.booked:1A is open at rest in cancelled, which doesn't keep it",
  ]);
});

it('a trip that compensates is sound', () => {
  expect(toBeSound(createTrip('cancelling')).pass).toBe(true);
});
