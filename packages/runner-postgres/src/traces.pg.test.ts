import { readTraceparent } from '@countermand/saga-core';
import { expect, it } from 'vitest';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

const traceOf = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;

it.each([{ followUp: true }, { followUp: false }])(
  'a step carries the trace of what caused it, retries and published events too, with followUp $followUp',
  async ({ followUp }) => {
    const { url } = await freshDatabase();
    const seen: [string, string | undefined][] = [];
    const note = (what: string, trace: { readonly traceparent?: string }) =>
      seen.push([what, trace.traceparent]);
    const { trip: plain } = tripAdapters().adapters;
    const runner = openRunner({
      connection: url,
      sagas: [trip],
      adapters: {
        trip: {
          ...plain,
          reserveSeat: ({ trace, attempt }) => {
            note(`reserveSeat ${attempt}`, trace);
            if (attempt === 1) throw new Error('once more');
            return { reservation: 'r-1' };
          },
          chargeCard: ({ trace }) => {
            note('chargeCard', trace);
            return { payment: 'p-1' };
          },
          tellTraveller: ({ trace }) => {
            note('tellTraveller', trace);
            return null;
          },
        },
      },
      followUp,
    });
    await runner.on('TRIP_BOOKED', { name: 'mail' }, ({ type, trace }) => note(type, trace));
    await runner.work();
    const { id } = await runner.start(trip, { seat: 'A', amount: 1 }, { traceparent: traceOf('a') });
    await runner.waitFor(id, ({ state }) => state === 'RESERVED');
    const client = await testPool(url).connect();
    await client.query('begin');
    await runner.send(id, { type: 'PAY' }, { traceparent: traceOf('b'), tx: client });
    await client.query('commit');
    client.release();
    await runner.waitFor(id, ({ settled }) => settled);
    await expect
      .poll(() => [...seen].sort(), { timeout: 10_000 })
      .toEqual([
        ['TRIP_BOOKED', traceOf('b')],
        ['chargeCard', traceOf('b')],
        ['reserveSeat 1', traceOf('a')],
        ['reserveSeat 2', traceOf('a')],
        ['tellTraveller', traceOf('b')],
      ]);
  },
);

it.each([undefined, '', 'nonsense', `${traceOf('a')}-more`, traceOf('A'), traceOf('a').slice(1)])(
  'a traceparent that is none is left out: %s',
  (value) => expect(readTraceparent(value)).toBeNull(),
);
