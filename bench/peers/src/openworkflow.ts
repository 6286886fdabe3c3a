import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';
import pg from 'pg';
import { CompletionPoll } from '../../src/completion-poll.ts';
import { type OpenPeer, SagaWork, STEP_NAMES } from '../../src/peer-driver.ts';

/** openworkflow: a workflow of five steps, taken by one worker that carries out a hundred at once. */
export const openPeer: OpenPeer = async ({ url, stepMs, exact }) => {
  const work = new SagaWork(stepMs);
  const backend = await BackendPostgres.connect(url);
  const client = new OpenWorkflow({ backend });
  const saga = client.defineWorkflow<{ sagaId: string }, string>(
    { name: 'saga' },
    async ({ input, step }) => {
      for (const name of STEP_NAMES) {
        await step.run({ name }, async () => ({ ...(await work.step(input.sagaId, name)) }));
      }
      work.end(input.sagaId);
      return 'complete';
    },
  );
  const worker = client.newWorker({ concurrency: 100 });
  await worker.start();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const poll = new CompletionPoll(async (ids) => {
    const { rows } = await pool.query<{ id: string }>(
      `select id from openworkflow.workflow_runs where id = any($1) and status = 'completed'`,
      [ids],
    );
    return rows.map(({ id }) => id);
  });
  return {
    async one() {
      const sagaId = crypto.randomUUID();
      const ended = work.ended(sagaId);
      const { workflowRun } = await saga.run({ sagaId }, { idempotencyKey: sagaId });
      await ended;
      if (exact) await poll.complete(workflowRun.id);
    },
    async completed() {
      const { rows } = await pool.query<{ n: number }>(`
        select count(*)::int as n from openworkflow.workflow_runs w where status = 'completed'
          and (select count(*) from openworkflow.step_attempts s
               where s.workflow_run_id = w.id and s.status = 'completed' and s.output ? 'ref') = 5`);
      return rows[0]?.n ?? 0;
    },
    async close() {
      await worker.stop();
      await backend.stop();
      await pool.end();
    },
  };
};
