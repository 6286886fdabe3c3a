import { eventually } from '@countermand/test-kit';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { barrierPool } from './test-support/barrier-pool.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { gate, openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const note = { type: 'NOTE', text: 'x' } as const;
const BATCH = /with locked as|insert into .*history|^commit$|^begin/is;
/** How many statements are made to fail with each state, in rounds of 24; `pnpm test:conflicts` takes 2,000 of all together. */
const FAILURES = 24;
const ROUNDS = Math.ceil(Number(process.env['CONFLICTS'] ?? 3 * FAILURES) / (3 * FAILURES));

describe.each([
  { sqlState: '40P01', what: 'deadlocks' },
  { sqlState: '40001', what: 'serialization failures' },
  { sqlState: '53300', what: 'a server that is out of connections' },
])('$what ($sqlState)', ({ sqlState }) => {
  it('are met by trying again: every event is applied once, every saga comes to its end', async () => {
    const barrier = barrierPool(url);
    const { adapters, calls } = tripAdapters();
    const runner = openRunner({ pool: barrier.pool, sagas: [trip], adapters });
    await runner.work();
    for (let round = 0; round < ROUNDS; round += 1) {
      const ids = Array.from({ length: 10 }, (_, index) => `trip-${round}-${index}`);
      barrier.fail(BATCH, sqlState, FAILURES / 2);
      await Promise.all(ids.map((id) => runner.start(trip, { seat: id, amount: 1 }, { id })));
      for (const id of ids) await runner.waitFor(id, ({ state }) => state === 'RESERVED');
      barrier.fail(BATCH, sqlState, FAILURES / 2);
      await Promise.all(ids.map((id) => runner.send(id, note, { messageId: id })));
      await Promise.all(ids.map((id) => runner.send(id, { type: 'PAY' })));
      for (const id of ids) await runner.waitFor(id, ({ settled }) => settled);
      for (const id of ids)
        expect(await runner.get(id)).toMatchObject({ state: 'BOOKED', context: { notes: 1 } });
    }
    expect(barrier.failed()).toBe(ROUNDS * FAILURES);
    const keys = calls.map(({ key }) => key);
    expect(keys).toHaveLength(new Set(keys).size);
  });
});

it.each([
  { what: 'somebody who maintains our tables for a while', sqlState: '55P03', times: 7 },
  { what: 'a deadlock that is met again and again', sqlState: '40P01', times: 20 },
  {
    what: 'a statement that somebody cancels, or that a slow disk keeps too long',
    sqlState: '57014',
    times: 3,
  },
])('$what parks nothing: what has happened is kept until it can be saved', async ({ sqlState, times }) => {
  const barrier = barrierPool(url);
  const [held, begun] = [gate(), gate()];
  const { adapters } = tripAdapters();
  const reserveSeat = async () => {
    begun.open();
    await held.opened;
    return { reservation: 'r-1' };
  };
  const runner = openRunner({
    pool: barrier.pool,
    sagas: [trip],
    adapters: { trip: { ...adapters.trip, reserveSeat } },
  });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await begun.opened;
  // More often than a batch is repeated at once.
  barrier.fail(/insert into .*history|for no key update of s skip locked/is, sqlState, times);
  held.open();
  expect(
    await runner.waitFor(id, ({ state, status }) => state === 'RESERVED' || status === 'parked'),
  ).toMatchObject({
    state: 'RESERVED',
    parked: [],
  });
  expect(barrier.failed()).toBe(times);
});

it.each([
  { what: 'a name server that gives no answer', code: 'EAI_AGAIN' },
  { what: 'a password that is being changed', code: '28P01' },
])('$what parks nothing: what has happened is kept until there is a connection', async ({ code }) => {
  const pool = testPool(url);
  const [held, begun] = [gate(), gate()];
  const { adapters, calls } = tripAdapters();
  const runner = openRunner({
    pool,
    sagas: [trip],
    adapters: {
      trip: {
        ...adapters.trip,
        reserveSeat: async (call) => {
          begun.open();
          await held.opened;
          return adapters.trip.reserveSeat(call);
        },
      },
    },
  });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await begun.opened;
  const connect = pool.connect.bind(pool);
  let failures = 8;
  Object.assign(pool, {
    connect: async () => {
      if (failures === 0) return await connect();
      failures -= 1;
      throw Object.assign(new Error('no connection'), { code });
    },
  });
  held.open();
  const look = testPool(url, 1);
  await eventually(async () => {
    const { rows } = await look.query(`select status from countermand.saga where state <> '"RESERVING"'`);
    expect(rows).toHaveLength(1);
  });
  expect(await runner.get(id)).toMatchObject({ state: 'RESERVED', parked: [] });
  expect(calls).toHaveLength(1);
});

it('connections that are left to a server which only reads are given up, and others do the work', async () => {
  const pool = testPool(url, 2);
  const runner = openRunner({ pool, sagas: [trip] });
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  // A failover has made another server the primary, and has left the connections as they were.
  const clients = await Promise.all([pool.connect(), pool.connect()]);
  for (const client of clients) {
    await client.query('set session characteristics as transaction read only');
    client.release();
  }
  expect(await runner.send(id, note)).toMatchObject({ outcome: 'applied' });
});

it('a real deadlock with somebody else who locks our rows is met by trying again', async () => {
  const { adapters, calls } = tripAdapters();
  const worker = openRunner({ connection: url, sagas: [trip], adapters });
  await worker.work();
  const { id } = await worker.start(trip, { seat: 'A', amount: 1 });
  await worker.waitFor(id, ({ state }) => state === 'RESERVED');
  // Ours finds the deadlock at once, the other never: so it is ours that the database ends.
  const own = new URL(url);
  own.searchParams.set('options', '-c deadlock_timeout=1ms');
  const ours = barrierPool(own.href);
  const other = await testPool(url).connect();
  onTestFinished(() => other.release());
  await other.query(`set deadlock_timeout = '10min'`);
  const sender = openRunner({ pool: ours.pool, sagas: [trip] });
  const watching = testPool(url, 1);
  const saving = ours.holdBefore(/insert into .*history/is);
  const sent = sender.send(id, { type: 'PAY' }, { messageId: 'm-1' });
  await saving.reached;

  // Ours has locked the saga, and the other the timer that ours is to cancel: each wants what the other has.
  await other.query('begin');
  await other.query(`select from countermand.outbox where saga_id = $1 and kind = 'timer' for update`, [id]);
  const waiting = other.query('select from countermand.saga where id = $1 for update', [id]);
  await eventually(async () => {
    const { rows } = await watching.query(
      `select wait_event_type from pg_stat_activity
       where datname = current_database() and query like 'select from countermand.saga%for update'`,
    );
    expect(rows).toEqual([{ wait_event_type: 'Lock' }]);
  });
  saving.open();
  await waiting;
  await other.query('commit');
  expect(await sent).toEqual({ outcome: 'applied', duplicate: false });
  expect(ours.refusals).toEqual(['40P01']);

  await worker.waitFor(id, ({ settled }) => settled);
  const history = await worker.history(id);
  expect(history.filter(({ event }) => event === 'PAY')).toHaveLength(1);
  expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
  const keys = calls.map(({ key }) => key);
  expect(keys).toHaveLength(new Set(keys).size);
});

it('one hot saga takes the events of many processes one after the other, none twice, none lost', async () => {
  const runners = Array.from({ length: 4 }, () => openRunner({ connection: url, sagas: [trip] }));
  const [first] = runners;
  await first?.start(trip, { seat: 'hot', amount: 1 }, { id: 'hot' });
  const sends = runners.flatMap((runner, process) =>
    Array.from({ length: 40 }, (_, index) => runner.send('hot', note, { messageId: `${process}-${index}` })),
  );
  const results = await Promise.all(sends);
  expect(results.every(({ outcome, duplicate }) => outcome === 'applied' && !duplicate)).toBe(true);
  expect(await first?.get('hot')).toMatchObject({ context: { notes: 160 } });
  const seqs = ((await first?.history('hot')) ?? []).map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
});

it('a pool of two connections, one of which listens, is enough: nothing waits for itself', async () => {
  const { adapters } = tripAdapters();
  const runner = openRunner({ pool: testPool(url, 2), sagas: [trip], adapters });
  await runner.work();
  const ids = Array.from({ length: 20 }, (_, index) => `small-${index}`);
  await Promise.all(ids.map((id) => runner.start(trip, { seat: id, amount: 1 }, { id })));
  await eventually(async () => {
    for (const id of ids) expect(await runner.get(id)).toMatchObject({ state: 'RESERVED' });
  });
});
