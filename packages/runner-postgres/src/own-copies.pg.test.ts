import { expect, it } from 'vitest';
import { freshDatabase } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

it('an adapter that changes its input changes nothing that the saga knows', async () => {
  const { url } = await freshDatabase();
  const { adapters } = tripAdapters();
  const released: string[] = [];
  const runner = openRunner({
    connection: url,
    sagas: [trip],
    adapters: {
      trip: {
        ...adapters.trip,
        reserveSeat: ({ input }) => {
          input.seat = 'spoilt';
          return { reservation: 'r-1' };
        },
        releaseSeat: ({ input }) => {
          released.push(input.seat);
          return { released: true };
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A1', amount: 100 });
  await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  await runner.send(id, { type: 'CANCEL' });
  await runner.waitFor(id, ({ settled }) => settled);
  expect(released).toEqual(['A1']);
});
