import { readFileSync } from 'node:fs';
import { Absurd } from 'absurd-sdk';
import pg from 'pg';
import { CompletionPoll } from '../../src/completion-poll.ts';
import { type OpenPeer, SagaWork, STEP_NAMES } from '../../src/peer-driver.ts';

/**
 * Absurd: a task of five steps, taken by a worker that carries out a hundred at once. Its SDK brings no schema:
 * `ABSURD_SQL` names the file `sql/absurd.sql` of its repository.
 */
export const openPeer: OpenPeer = async ({ url, stepMs, exact }) => {
  const work = new SagaWork(stepMs);
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  await pool.query(readFileSync(process.env['ABSURD_SQL'] ?? '', 'utf8'));
  const silent = { log() {}, info() {}, warn() {}, error() {} };
  const app = new Absurd({ db: pool, queueName: 'sagas', log: silent });
  await app.createQueue();
  app.registerTask<{ sagaId: string }, string>({ name: 'saga' }, async ({ sagaId }, context) => {
    for (const name of STEP_NAMES) await context.step(name, () => work.step(sagaId, name));
    work.end(sagaId);
    return 'complete';
  });
  await app.startWorker({ concurrency: 100, pollInterval: 0.01 });
  const poll = new CompletionPoll(async (ids) => {
    const { rows } = await pool.query<{ id: string }>(
      `select task_id as id from absurd.t_sagas where task_id = any($1) and state = 'completed'`,
      [ids],
    );
    return rows.map(({ id }) => id);
  });
  return {
    async one() {
      const sagaId = crypto.randomUUID();
      const ended = work.ended(sagaId);
      const { taskID } = await app.spawn('saga', { sagaId }, { idempotencyKey: sagaId });
      await ended;
      if (exact) await poll.complete(taskID);
    },
    async completed() {
      const { rows } = await pool.query<{ n: number }>(`
        select count(*)::int as n from absurd.t_sagas t where state = 'completed'
          and (select count(*) from absurd.c_sagas c where c.task_id = t.task_id and c.state ? 'ref') = 5`);
      return rows[0]?.n ?? 0;
    },
    async close() {
      await app.close();
      await pool.end();
    },
  };
};
