import { expectTypeOf, it } from 'vitest';
import { createRunner } from './create-runner.js';
import type { Pool } from './db/open-pool.js';
import type { AdaptersOption } from './runner-options.js';
import { trip } from './test-support/trip-saga.js';

type TripAdapters = NonNullable<AdaptersOption<[typeof trip]>['trip']>;

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

it('an event that none of its sagas declares is refused, and one with another payload', () => {
  const runner = createRunner({ connection: 'postgres://localhost/none', sagas: [trip] });
  type Sent = Parameters<typeof runner.send>[1];
  expectTypeOf<{ type: 'CANCEL' }>().toExtend<Sent>();
  expectTypeOf<{ type: 'REFUND' }>().not.toExtend<Sent>();
  expectTypeOf<{ type: 'NOTE'; text: number }>().not.toExtend<Sent>();
});

it('adapters of a saga that the runner does not know are refused', () => {
  expectTypeOf<keyof AdaptersOption<[typeof trip]>>().toEqualTypeOf<'trip'>();
});

it('a runner needs a pool or a connection string, and not both', () => {
  type Options = Parameters<typeof createRunner<[typeof trip]>>[0];
  expectTypeOf<{ connection: string; sagas: [typeof trip] }>().toExtend<Options>();
  expectTypeOf<{ pool: Pool; sagas: [typeof trip] }>().toExtend<Options>();
  expectTypeOf<{ sagas: [typeof trip] }>().not.toExtend<Options>();
  expectTypeOf<{ pool: Pool; connection: string; sagas: [typeof trip] }>().not.toExtend<Options>();
});

it('an event that none of its sagas publishes cannot be subscribed to', () => {
  const runner = createRunner({ connection: 'postgres://localhost/none', sagas: [trip] });
  expectTypeOf(runner.on).parameter(0).toEqualTypeOf<'TRIP_BOOKED' | 'TRIP_NOTED'>();
});
