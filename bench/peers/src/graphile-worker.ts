import { Logger, run, type Task } from 'graphile-worker';
import pg from 'pg';
import { type OpenPeer, SagaWork, STEP_NAMES } from '../../src/peer-driver.ts';

/** What the job of a step carries. */
interface StepJob {
  readonly sagaId: string;
  readonly step: number;
}

const CONCURRENT_JOBS = 16;

/** As its page on performance has it: jobs are fetched many at a time, and completed together. */
const LOCAL_QUEUE = {
  localQueue: { size: 4 * CONCURRENT_JOBS, refetchDelay: { durationMs: 10 } },
  completeJobBatchDelay: 0,
};

/** graphile-worker: every step a job, which stores its result and adds the next job in one transaction. */
export const openPeer: OpenPeer = async ({ url, setting, stepMs }) => {
  const work = new SagaWork(stepMs);
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  await pool.query(`create table if not exists step_result (
    saga_id uuid not null, step int not null, result jsonb not null, primary key (saga_id, step))`);
  const addJob = (client: pg.Pool | pg.ClientBase, job: StepJob) =>
    client.query(`select from graphile_worker.add_job('step', $1::json)`, [JSON.stringify(job)]);
  const step: Task = async (payload, { withPgClient }) => {
    const { sagaId, step } = payload as StepJob;
    const result = await work.step(sagaId, STEP_NAMES[step - 1] ?? '');
    await withPgClient(async (client) => {
      await client.query('begin');
      await client.query('insert into step_result values ($1, $2, $3) on conflict do nothing', [
        sagaId,
        step,
        JSON.stringify(result),
      ]);
      if (step < STEP_NAMES.length) await addJob(client, { sagaId, step: step + 1 });
      await client.query('commit');
    });
    if (step === STEP_NAMES.length) work.end(sagaId);
  };
  const runner = await run({
    pgPool: pool,
    taskList: { step },
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    preset: {
      worker: { concurrentJobs: CONCURRENT_JOBS, ...(setting === 'local queue' ? LOCAL_QUEUE : {}) },
    },
  });
  return {
    async one() {
      const sagaId = crypto.randomUUID();
      const ended = work.ended(sagaId);
      await addJob(pool, { sagaId, step: 1 });
      await ended;
    },
    async completed() {
      const { rows } = await pool.query<{ n: number }>(`
        select count(*)::int as n from (
          select from step_result where result ? 'ref' group by saga_id having count(*) = 5) as complete`);
      return rows[0]?.n ?? 0;
    },
    async close() {
      await runner.stop();
      await pool.end();
    },
  };
};
