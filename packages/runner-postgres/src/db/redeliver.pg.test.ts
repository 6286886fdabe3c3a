import { randomUUID } from 'node:crypto';
import { eventually } from '@countermand/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../ports/clock.js';
import { silentLogger } from '../ports/logger.js';
import { PgBossQueue } from '../queue/pg-boss-queue.js';
import { jobSaga } from '../test-support/job-saga.js';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';
import { openRunner } from '../test-support/open-runner.js';
import { Database } from './database.js';
import { postgresStore } from './postgres-store.js';
import { schemaNames } from './schema-name.js';

const DELIVERY = '00000000-0000-4000-8000-000000000002';
const AGAIN = { againInMs: 60_000, final: false };

it('a step that its machine left between the look of a sweep and its handing on is looked at again at once', async () => {
  const { pool, store, sweep } = await withOverdueSteps(1);
  const [row] = await sweep();
  if (!row) throw new Error('the sweep found nothing');
  await pool.query('update countermand.outbox set "left" = true');
  await store.redeliver([{ row, delivery: DELIVERY, ...AGAIN }]);
  expect(await sweep()).toMatchObject([{ status: 'pending', left: true }]);
});

it('a step whose row somebody keeps locked holds up none of the others', async () => {
  const { pool, store, sweep } = await withOverdueSteps(3);
  const rows = await sweep();
  const suspended = await pool.connect();
  await suspended.query('begin');
  await suspended.query('select from countermand.outbox where saga_id = $1 for update', [rows[0]?.sagaId]);
  await store.redeliver(rows.map((row) => ({ row, delivery: randomUUID(), ...AGAIN })));
  const left = await sweep();
  expect(left.map(({ sagaId }) => sagaId)).toEqual([rows[0]?.sagaId]);
  await suspended.query('rollback');
  suspended.release();
});

it('a step whose job somebody has fetched and keeps is handed on without waiting for that', async () => {
  const { pool, store, sweep } = await withOverdueSteps(1);
  const [row] = await sweep();
  if (!row) throw new Error('the sweep found nothing');
  await store.redeliver([{ row, delivery: DELIVERY, ...AGAIN }]);
  await pool.query(`update countermand.outbox set due_at = now() - interval '1 second'`);
  const fetching = await pool.connect();
  await fetching.query('begin');
  await fetching.query('select from countermand_boss.job where id = $1 for update', [DELIVERY]);
  const [waiting] = await sweep();
  if (!waiting) throw new Error('the sweep found nothing');
  expect(await store.redeliver([{ row: waiting, delivery: randomUUID(), ...AGAIN }])).toHaveLength(1);
  await fetching.query('rollback');
  fetching.release();
  // Nobody waits for the job that was replaced; it goes as soon as it can.
  await eventually(async () => {
    const { rows } = await pool.query('select from countermand_boss.job where id = $1', [DELIVERY]);
    expect(rows).toHaveLength(0);
  });
});

it.each([
  { what: 'is gone', damage: 'delete from countermand_boss.job where id = $1' },
  {
    what: 'was taken by nobody who knows of it',
    damage: `update countermand_boss.job set state = 'active' where id = $1`,
  },
])('a step whose wake-up $what gets another, long before it would be sent once more', async ({ damage }) => {
  const { pool, store, sweep } = await withOverdueSteps(2);
  await store.redeliver((await sweep()).map((row, n) => ({ row, delivery: deliveryOf(n), ...AGAIN })));
  expect(await sweep()).toEqual([]);
  await pool.query(`update countermand.outbox set due_at = due_at - interval '3 seconds'`);
  expect(await sweep()).toEqual([]);
  await pool.query(damage, [deliveryOf(1)]);
  const lost = await sweep();
  expect(lost).toMatchObject([{ status: 'pending', delivery: deliveryOf(1) }]);
  await store.redeliver(lost.map((row) => ({ row, delivery: deliveryOf(2), ...AGAIN })));
  expect(await sweep()).toEqual([]);
  const { rows } = await pool.query(`select from countermand_boss.job where id = $1 and state = 'created'`, [
    deliveryOf(2),
  ]);
  expect(rows).toHaveLength(1);
});

function deliveryOf(n: number): string {
  return `00000000-0000-4000-8000-00000000000${n}`;
}

/** Sagas whose step was leased by a worker that is no more. */
async function withOverdueSteps(count: number) {
  const { url } = await freshDatabase();
  const pool = testPool(url);
  const saga = jobSaga('overdue');
  const runner = openRunner({ connection: url, sagas: [saga] });
  for (let n = 0; n < count; n += 1) await runner.start(saga, { n }, { id: `s-${n}` });
  await pool.query(
    `update countermand.outbox set status = 'leased', lease = gen_random_uuid(), delivery = null, attempt = 1,
       due_at = now() - interval '1 second' where kind = 'step'`,
  );
  const database = new Database(pool, schemaNames('countermand'), () => undefined);
  const queue = new PgBossQueue({ database, clock: systemClock, logger: silentLogger });
  await queue.start([]);
  onTestFinished(() => queue.stop());
  const store = postgresStore(database, queue);
  const known = [{ name: saga.name, version: saga.version }];
  const sweep = async () => (await store.sweep({ known, eventTypes: [], queues: [], limit: 10 })).rows;
  return { pool, store, sweep };
}
