import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../ports/clock.js';
import { silentLogger } from '../ports/logger.js';
import type { Delivery } from '../ports/outbox-rows.js';
import { PgBossQueue } from '../queue/pg-boss-queue.js';
import { freshDatabase } from '../test-support/migrated-database.js';
import { withoutAutovacuum } from '../test-support/without-autovacuum.js';
import { Database } from './database.js';
import { postgresStore } from './postgres-store.js';
import { schemaNames } from './schema-name.js';

const QUEUES = ['job.a', 'job.b', 'job.c'];
const NONCE = '00000000-0000-4000-8000-000000000001';

it('wake-ups of many queues are taken, never more than asked for, and queues that may have more are told', async () => {
  const { add, take, left } = await withQueues(true);
  await add(1, 'job.a');
  await add(12, 'job.b');
  await add(1, 'job.c');
  const first = await take(8);
  expect(first.rows).toHaveLength(8);
  expect(first.full).toEqual(['job.b', 'job.c']);
  const second = await take(8, first.full);
  expect(second).toMatchObject({ full: [], stale: [] });
  expect(second.rows).toHaveLength(6);
  expect(await left()).toBe(0);
  expect(await take(0)).toEqual({ rows: [], full: QUEUES, stale: [], unknown: [] });
});

describe.each([
  { pipeline: false, what: 'one at a time' },
  { pipeline: true, what: 'together' },
])('where statements are sent $what', ({ pipeline }) => {
  it('no wake-up is taken when one of the queues is not there', async () => {
    const { add, take, left } = await withQueues(pipeline, 2);
    for (const queue of QUEUES) await add(2, queue);
    await expect(take(8, [...QUEUES, 'job.gone'])).rejects.toThrow('Queue job.gone does not exist');
    expect(await left()).toBe(6);
  });

  it('no wake-up is taken when the statement that leases their rows was lost, and all are by the next try', async () => {
    const { add, take, left, losePrepared } = await withQueues(pipeline);
    await add(1, 'job.a');
    await take(8);
    for (const queue of ['job.b', 'job.c']) await add(3, queue);
    await losePrepared();
    await expect(take(8)).rejects.toMatchObject({ code: '26000' });
    expect(await left()).toBe(6);
    expect((await take(8)).rows).toHaveLength(6);
  });

  it('no wake-up is sent to any queue when one of the statements was lost, and all are by the next try', async () => {
    const { add, rows, send, left, losePrepared } = await withQueues(pipeline);
    for (const queue of QUEUES) await add(1, queue);
    const more = [await rows(2, 'job.a'), await rows(2, 'job.b'), await rows(2, 'job.c')].flat();
    await losePrepared();
    await expect(send(more)).rejects.toMatchObject({ code: '26000' });
    expect(await left()).toBe(3);
    await send(more);
    expect(await left()).toBe(9);
  });
});

it.each([
  { what: 'empty', known: [] },
  { what: 'nearly empty, as was known of them', known: ['saga', 'outbox'] },
])(
  'plans that were made for queues that were $what look at no more rows once there is a backlog',
  async (of) => {
    const { add, take, database } = await withQueues(true);
    await add(50, 'job.a');
    await database.query('delete from countermand.saga; delete from countermand.outbox');
    await database.query('delete from countermand_boss.job');
    await database.query('vacuum analyze countermand_boss.job');
    await add(1, 'job.a');
    for (const table of of.known) await database.query(`vacuum analyze countermand.${table}`);
    await take(64);
    for (const queue of QUEUES) await add(2_000, queue);
    const before = await rowsRead(database);
    expect((await take(64)).rows).toHaveLength(64);
    expect((await rowsRead(database)) - before).toBeLessThan(64 * 10);
  },
);

/** Three queues, a connection or two, and rows that wait for a wake-up each. */
async function withQueues(pipeline: boolean, max = 1) {
  const { url } = await freshDatabase();
  await withoutAutovacuum(url);
  const pool = new pg.Pool({ connectionString: url, max, pipeline } as pg.PoolConfig);
  onTestFinished(() => pool.end());
  const database = new Database(pool, schemaNames('countermand'), () => undefined);
  const queue = new PgBossQueue({ database, clock: systemClock, logger: silentLogger });
  await queue.start(QUEUES);
  onTestFinished(() => queue.stop());
  const store = postgresStore(database, queue);
  const take = (limit: number, queues: readonly string[] = QUEUES) =>
    store.takeWakeups({
      ...{ queues, limit, leaseMs: 6_000, newLease: randomUUID },
      known: [{ name: 'job', version: 1 }],
    });
  const rows = async (count: number, name: string): Promise<Delivery[]> => {
    const ids = Array.from({ length: count }, () => randomUUID());
    await database.query(
      `insert into countermand.saga (id, saga, version, fingerprint, start_nonce, input_hash, created_at, attributes,
         status, settled, state, revision, updated_at, envelope)
       select id, 'job', 1, 'f', $2::uuid, 'h', now(), '{}', 'rest', true, '"DONE"', 1, now(), '{}'
       from unnest($1::text[]) id`,
      [ids, NONCE],
    );
    return await database.query<Delivery>(
      `insert into countermand.outbox
         (saga_id, key, kind, status, id, visit, step, role, queue, created_at, due_at, delivery)
       select id, 'work:1', 'step', 'pending', 'work', 1, 'work', 'invoke', $2::text, now(),
         now() + interval '1 minute', gen_random_uuid()
       from unnest($1::text[]) id returning saga_id as "sagaId", key, queue, delivery, null as replaces`,
      [ids, name],
    );
  };
  const send = (deliveries: readonly Delivery[]) =>
    database.transaction((session) => queue.insert(session, deliveries));
  const add = async (count: number, name: string) => send(await rows(count, name));
  // What a pooler does that gives the connection to others.
  const losePrepared = () => database.query('deallocate all');
  const left = async () => {
    // Whatever a connection still had before it has ended when it answers.
    for (let turn = 0; turn < 20; turn += 1) await database.query('select 1');
    const [waiting] = await database.query<{ n: number }>(
      `select count(*)::int as n from countermand_boss.job where state = 'created'`,
    );
    return waiting?.n;
  };
  return { database, rows, send, add, take, left, losePrepared };
}

/** Rows that this session's statements have looked at so far. */
async function rowsRead(database: Database): Promise<number> {
  await database.query('select pg_stat_force_next_flush()');
  const [read] = await database.query<{ n: number }>(
    `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as n
     from pg_stat_user_tables where schemaname in ('countermand', 'countermand_boss')`,
  );
  return read?.n ?? 0;
}
