import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { type OpenPeer, SagaWork, STEP_NAMES } from '../../src/peer-driver.ts';

const QUEUE = 'sagas';

/** DBOS: a workflow of five steps, started directly, or through a queue that is polled every 10 ms. */
export const openPeer: OpenPeer = async ({ url, setting, stepMs }) => {
  const work = new SagaWork(stepMs);
  const isQueued = setting === 'queue';
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    systemDatabasePoolSize: 20,
    logLevel: 'error',
    tracingEnabled: false,
  });
  const saga = DBOS.registerWorkflow(
    async (sagaId: string) => {
      for (const name of STEP_NAMES) await DBOS.runStep(() => work.step(sagaId, name), { name });
      return 'complete';
    },
    { name: 'saga' },
  );
  await DBOS.launch();
  if (isQueued) await DBOS.registerQueue(QUEUE, { workerConcurrency: 100, minPollingIntervalMs: 10 });
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  return {
    async one() {
      const workflowID = crypto.randomUUID();
      const handle = await DBOS.startWorkflow(saga, {
        workflowID,
        ...(isQueued ? { queueName: QUEUE } : {}),
      })(workflowID);
      await handle.getResult({ pollingIntervalMs: 5 });
    },
    async completed() {
      const { rows } = await pool.query<{ n: number }>(`
        select count(*)::int as n from dbos.workflow_status w where status = 'SUCCESS'
          and (select count(*) from dbos.operation_outputs o
               where o.workflow_uuid = w.workflow_uuid and o.output like '%ref%') = 5`);
      return rows[0]?.n ?? 0;
    },
    async close() {
      await DBOS.shutdown();
      await pool.end();
    },
  };
};
