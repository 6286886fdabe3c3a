import pg from 'pg';
import { type Db, type Job, PgBoss } from 'pg-boss';
import { CompletionPoll } from './completion-poll.ts';
import type { Driver } from './driver.ts';
import { type PeerOptions, SagaWork, STEP_NAMES } from './peer-driver.ts';

interface StepJob {
  readonly sagaId: string;
  readonly step: number;
}

const QUEUE = 'step';
const STORE = `
  insert into step_result select * from jsonb_to_recordset($1::jsonb) as x(saga_id uuid, step int, result jsonb)
  on conflict do nothing`;

/**
 * pg-boss by itself: every step a job, whose results and the next jobs are written in the transaction that completes
 * it. One job at a time in each of twenty workers, or two hundred at a time in each of two.
 */
export async function openPgBossChain({ url, setting, stepMs, exact }: PeerOptions): Promise<Driver> {
  const work = new SagaWork(stepMs);
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await pool.query(`create table if not exists step_result (
    saga_id uuid not null, step int not null, result jsonb not null, primary key (saga_id, step))`);
  const boss = new PgBoss({ connectionString: url, max: 40, useListenNotify: true });
  await boss.start();
  await boss.createQueue(QUEUE, { notify: true });
  const isBatch = setting === 'batches';
  const size = isBatch
    ? ({ batchSize: 200, localConcurrency: 2 } as const)
    : ({ batchSize: 1, localConcurrency: 20 } as const);
  const carryOut = async (jobs: Job<StepJob>[], tx: Db) => {
    const rows = await Promise.all(
      jobs.map(async ({ data: { sagaId, step } }) => ({
        saga_id: sagaId,
        step,
        result: await work.step(sagaId, STEP_NAMES[step - 1] ?? ''),
      })),
    );
    await tx.executeSql(STORE, [JSON.stringify(rows)]);
    // Nobody but `exact` minds that this is a moment before the commit.
    for (const { saga_id, step } of rows) if (step === STEP_NAMES.length) work.end(saga_id);
    const next = rows.filter(({ step }) => step < STEP_NAMES.length);
    if (next.length === 0) return;
    const data = next.map(({ saga_id, step }) => ({ data: { sagaId: saga_id, step: step + 1 } }));
    await boss.insert(QUEUE, data, { db: tx });
  };
  const polling = { pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5 };
  await boss.work<
    StepJob,
    void,
    { transactional: true; transactionTimeoutSeconds: 0 } & typeof polling & typeof size
  >(
    QUEUE,
    // A bound on the transaction's time would cost a statement for every job.
    { ...size, ...polling, transactional: true, transactionTimeoutSeconds: 0 },
    carryOut,
  );
  const poll = new CompletionPoll(async (ids) => {
    const { rows } = await pool.query<{ id: string }>(
      'select saga_id as id from step_result where saga_id = any($1) and step = $2',
      [ids, STEP_NAMES.length],
    );
    return rows.map(({ id }) => id);
  });
  return {
    async one() {
      const sagaId = crypto.randomUUID();
      const ended = work.ended(sagaId);
      await boss.insert(QUEUE, [{ data: { sagaId, step: 1 } }]);
      await ended;
      if (exact) await poll.complete(sagaId);
    },
    async completed() {
      const { rows } = await pool.query<{ n: number }>(`
        select count(*)::int as n from (
          select from step_result where result ? 'ref' group by saga_id having count(*) = 5) as complete`);
      return rows[0]?.n ?? 0;
    },
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}
