import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { createRunner } from '@countermand/runner-postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookWithKysely, bookWithPg, type Shop } from './order-in-transaction.ts';
import { resumeParked } from './parked.ts';
import { seatAdapters } from './seat-adapters.ts';
import { seat1, seat2 } from './seat-versions.ts';
import { createSeatRunner } from './side-by-side.ts';
import { booking } from './table-saga.ts';
import { tracedRunner } from './traced-runner.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createEmptyDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => undefined);
  await pool.query('create table bookings (id text primary key, guest text not null)');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('a booking and its saga are committed together, and not at all where the row cannot be', async () => {
  const freed = { broken: true };
  const runner = createRunner({
    pool,
    sagas: [booking],
    adapters: {
      booking: {
        holdTable: () => ({}),
        freeTable: () => {
          if (freed.broken) throw new Error('the restaurant does not answer');
          return {};
        },
        remindGuest: () => ({}),
      },
    },
  });
  await runner.migrate();
  await runner.work();
  const db = new Kysely<Shop>({ dialect: new PostgresDialect({ pool }) });
  await bookWithKysely(db, runner, { id: 'b-1', guest: 'ann' }, 't-1');
  const client = await pool.connect();
  await bookWithPg(client, runner, { id: 'b-2', guest: 'ben' }, 't-2');
  client.release();
  await expect(bookWithKysely(db, runner, { id: 'b-1', guest: 'eve' }, 't-3')).rejects.toThrow(
    /duplicate key/,
  );
  for (const id of ['b-1', 'b-2'])
    await runner.waitFor(id, ({ state }) => JSON.stringify(state).includes('waiting'));
  expect((await runner.list({})).items.map(({ id }) => id).sort()).toEqual(['b-1', 'b-2']);

  // Both are cancelled while the restaurant doesn't answer: both park.
  for (const id of ['b-1', 'b-2']) await runner.send(id, { type: 'CANCEL' });
  for (const id of ['b-1', 'b-2']) await runner.waitFor(id, ({ status }) => status === 'parked');
  freed.broken = false;
  const [stuck] = (await runner.get('b-2'))?.steps.filter(({ status }) => status === 'parked') ?? [];
  await resumeParked(runner, { id: 'b-2', step: stuck?.key ?? '' });
  for (const id of ['b-1', 'b-2']) await runner.waitFor(id, ({ settled }) => settled);
  const acts = (await runner.history('b-2')).filter(({ actor }) => actor === 'ops:jane');
  expect(acts).toHaveLength(1);
  await runner.stop();
});

it('one runner carries out both versions of a saga', async () => {
  const runner = createSeatRunner(pool, seatAdapters);
  await runner.migrate();
  await runner.work();
  const first = await runner.start(seat1, { seat: '1A' });
  const second = await runner.start(seat2, { seat: '1B' });
  for (const [version, { id }] of [first, second].entries()) {
    await runner.send(id, { type: 'PAID' });
    const settled = await runner.waitFor(id, (saga) => saga.settled);
    expect(settled).toMatchObject({ version: version + 1, state: 'PAID' });
  }
  await runner.stop();
});

it('a runner that tells OpenTelemetry what it does works without an SDK too', async () => {
  const runner = tracedRunner(database.url);
  await runner.migrate();
  await runner.work();
  const { id } = await runner.start(seat2, { seat: '2A' });
  await runner.send(id, { type: 'PAID' });
  expect(await runner.waitFor(id, (saga) => saga.settled)).toMatchObject({ state: 'PAID' });
  await runner.stop();
});
