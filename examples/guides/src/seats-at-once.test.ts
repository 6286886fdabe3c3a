import { declined } from '@countermand/saga-core';
import { createTestRunner, toBeSound } from '@countermand/saga-core/testing';
import { expect, it } from 'vitest';
import { seatsAtOnce } from './seats-at-once.ts';

/** What becomes of a party of three, of whom these seats are taken. */
async function book(...taken: readonly string[]) {
  const runner = createTestRunner({
    sagas: [seatsAtOnce],
    adapters: {
      bookSeat: ({ input }: { input: { seat: string } }) =>
        taken.includes(input.seat) ? declined('TAKEN') : {},
      freeSeat: () => ({}),
    },
  });
  const { id } = await runner.start(seatsAtOnce, { seats: ['1A', '1B', '1C'] });
  await runner.advance(60_000);
  const calls = runner.calls().map(({ step }) => step);
  return { state: (await runner.get(id))?.state, freed: calls.filter((step) => step === 'freeSeat').length };
}

it('books as many seats as the party has people, each by a step of its own', async () => {
  expect(await book()).toEqual({ state: 'booked', freed: 0 });
});

it('gives all of them back where one is taken', async () => {
  expect(await book('1B')).toEqual({ state: 'cancelled', freed: 2 });
});

it('is sound', () => {
  expect(toBeSound(seatsAtOnce)).toMatchObject({ pass: true });
});
