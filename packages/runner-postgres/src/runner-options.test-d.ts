import { expectTypeOf, it } from 'vitest';
import { createRunner } from './create-runner.js';
import type { AdaptersOption } from './runner-options.js';
import { trip } from './test-support/trip-saga.js';

type TripAdapters = AdaptersOption<[typeof trip]>[string];

it('adapters may be given for some steps, whose input and output are known', () => {
  const runner = createRunner({
    connection: 'postgres://localhost/none',
    sagas: [trip],
    adapters: { trip: { reserveSeat: ({ input }) => ({ reservation: input.seat.toUpperCase() }) } },
  });
  expectTypeOf(runner.start<typeof trip>)
    .parameter(1)
    .toEqualTypeOf<{ seat: string; amount: number }>();
});

it('an adapter is refused for a step that no saga has, and with another output', () => {
  expectTypeOf<{ reserveSeat: () => { reservation: string } }>().toExtend<TripAdapters>();
  expectTypeOf<{ reserveSeat: () => { seat: string } }>().not.toExtend<TripAdapters>();
  expectTypeOf<keyof TripAdapters>().toEqualTypeOf<
    'reserveSeat' | 'releaseSeat' | 'chargeCard' | 'tellTraveller'
  >();
});
