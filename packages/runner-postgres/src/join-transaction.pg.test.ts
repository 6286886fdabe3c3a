import type { TestDatabase } from '@countermand/dev-postgres';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CallerTransaction } from './db/caller-transaction.js';
import { migratedDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database.drop());

const input = { seat: 'A1', amount: 100 };

/** Runs the body in a transaction that is then committed or rolled back. */
type Join = (
  pool: pg.Pool,
  body: (tx: CallerTransaction) => Promise<void>,
  end: 'commit' | 'rollback',
) => Promise<void>;

const inClient: Join = async (pool, body, end) => {
  const client = await pool.connect();
  await client.query('begin');
  await body(client);
  await client.query(end);
  client.release();
};

const inKysely: Join = async (pool, body, end) => {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const tx = await db.startTransaction().execute();
  await body(tx);
  await tx[end]().execute();
};

describe.each([
  { kind: 'a pg client', join: inClient },
  { kind: 'a Kysely transaction', join: inKysely },
])('with $kind', ({ kind, join }) => {
  it('a start commits with the transaction, and then runs', async () => {
    const pool = testPool(database.url);
    const runner = openRunner({ pool, sagas: [trip], adapters: tripAdapters().adapters });
    await runner.work();
    let id = '';
    await join(
      pool,
      async (tx) => {
        ({ id } = await runner.start(trip, input, { tx }));
        expect(await runner.get(id)).toBeUndefined();
      },
      'commit',
    );
    expect(await runner.waitFor(id, ({ state }) => state === 'RESERVED')).toMatchObject({ id });
  });

  it('a start rolls back with the transaction', async () => {
    const pool = testPool(database.url);
    const runner = openRunner({ pool, sagas: [trip] });
    const id = `rolled-back-${kind.length}`;
    await join(pool, async (tx) => void (await runner.start(trip, input, { id, tx })), 'rollback');
    expect(await runner.get(id)).toBeUndefined();
    expect(await runner.start(trip, input, { id })).toMatchObject({ created: true });
  });

  it('an event commits and rolls back with the transaction', async () => {
    const pool = testPool(database.url);
    const runner = openRunner({ pool, sagas: [trip], adapters: tripAdapters().adapters });
    await runner.work();
    const { id } = await runner.start(trip, input);
    const note = (text: string, tx: CallerTransaction) => runner.send(id, { type: 'NOTE', text }, { tx });
    await join(pool, async (tx) => void (await note('lost', tx)), 'rollback');
    await join(
      pool,
      async (tx) => expect(await note('kept', tx)).toEqual({ outcome: 'accepted', duplicate: false }),
      'commit',
    );
    await runner.waitFor(id, ({ context }) => JSON.stringify(context).includes('"notes":1'));
    const notes = (await runner.history(id)).filter(({ event }) => event === 'NOTE');
    expect(notes).toMatchObject([{ outcome: 'applied', cause: { event: { text: 'kept' } } }]);
  });
});

it('a caller who holds a transaction open stalls nobody', async () => {
  const pool = testPool(database.url);
  const runner = openRunner({ pool, sagas: [trip], adapters: tripAdapters().adapters });
  await runner.work();
  const { id } = await runner.start(trip, input);
  const holder = await pool.connect();
  onTestFinished(() => holder.release());
  await holder.query('begin');
  await runner.start(trip, input, { id: 'held', tx: holder });
  await runner.send(id, { type: 'NOTE', text: 'held' }, { tx: holder });

  await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  await runner.send(id, { type: 'PAY' });
  await runner.waitFor(id, ({ settled }) => settled);
  // An early event for the saga whose start is still open: kept, and neither refused nor held up.
  const early = await runner.send('held', { type: 'WEBHOOK', payment: 'p' });
  expect(early.outcome).toBe('accepted');
  await holder.query('commit');
  const view = await runner.waitFor('held', ({ state }) => state === 'RESERVED');
  expect(view.id).toBe('held');
  const history = await waitForEvent('WEBHOOK');
  expect(history).toMatchObject({ outcome: 'deferred' });

  async function waitForEvent(type: string) {
    await runner.waitFor('held', ({ updatedAt, createdAt }) => updatedAt > createdAt);
    for (;;) {
      const found = (await runner.history('held')).find(({ event }) => event === type);
      if (found) return found;
    }
  }
});

it('a transaction that holds the only connection of the pool is told in one line what comes first, and then needs no other', async () => {
  const pool = testPool(database.url, 1);
  const runner = openRunner({ pool, sagas: [trip] });
  const join = (tx: CallerTransaction) => [
    () => runner.start(trip, input, { id: 'alone', tx }),
    () => runner.send('alone', { type: 'WEBHOOK', payment: 'p' }, { tx }),
  ];
  const refusal = {
    code: 'OVERLOADED',
    message: expect.stringMatching(
      /^the pool had no connection .*: await runner\.ready\(\) when the process begins$/,
    ),
  };
  await inClient(
    pool,
    async (tx) =>
      void (await Promise.all(join(tx).map((call) => expect(call()).rejects.toMatchObject(refusal)))),
    'rollback',
  );
  await runner.ready();
  const joined = async (tx: CallerTransaction) => {
    for (const call of join(tx)) await call();
  };
  await inClient(pool, joined, 'commit');
  expect(await runner.get('alone')).toMatchObject({ id: 'alone', state: 'RESERVING' });
});

it('what is no open transaction is refused in one line, and nothing is written', async () => {
  const pool = testPool(database.url);
  const runner = openRunner({ pool, sagas: [trip] });
  const plain = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const drizzle = { execute: () => undefined, select: () => undefined };
  const knex = Object.assign(() => undefined, { raw: () => undefined });
  const prisma = { $queryRawUnsafe: () => undefined, $connect: () => undefined };
  for (const tx of [pool, plain, drizzle, knex, prisma, 'begin', null, {}]) {
    const options = { id: 'not-joined', tx: tx as unknown as CallerTransaction };
    const refusal = {
      code: 'SETTING_INVALID',
      message: expect.stringMatching(/^tx: must be a transaction of .+; it is .+$/),
    };
    await expect(runner.start(trip, input, options)).rejects.toMatchObject(refusal);
    await expect(runner.send('not-joined', { type: 'PAY' }, options)).rejects.toMatchObject(refusal);
  }
  expect(await runner.get('not-joined')).toBeUndefined();
});

it('fifty equal starts at once make one saga', async () => {
  const runner = openRunner({ pool: testPool(database.url), sagas: [trip] });
  const starts = Array.from({ length: 50 }, () => runner.start(trip, input, { idempotencyKey: 'order-7' }));
  const results = await Promise.all(starts);
  expect(new Set(results.map(({ id }) => id)).size).toBe(1);
  expect(results.filter(({ created }) => created)).toHaveLength(1);
  const other = runner.start(trip, { ...input, amount: 1 }, { idempotencyKey: 'order-7' });
  await expect(other).rejects.toMatchObject({ code: 'START_CONFLICT' });
});

it('a client that has not said BEGIN is refused, and nothing is written; one whose BEGIN is under way is taken', async () => {
  const pool = testPool(database.url, 1);
  const runner = openRunner({ connection: database.url, sagas: [trip] });
  await runner.ready();
  const client = await pool.connect();
  onTestFinished(() => client.release());
  const { id } = await runner.start(trip, input);
  const refusal = { code: 'SETTING_INVALID', message: expect.stringContaining('said BEGIN') };
  await expect(runner.start(trip, input, { id: 'no-begin', tx: client })).rejects.toMatchObject(refusal);
  await expect(runner.send(id, { type: 'PAY' }, { tx: client })).rejects.toMatchObject(refusal);
  expect(await runner.get('no-begin')).toBeUndefined();
  const begun = client.query('begin');
  expect(await runner.start(trip, input, { id: 'begun', tx: client })).toMatchObject({ created: true });
  await begun;
  await client.query('rollback');
});
