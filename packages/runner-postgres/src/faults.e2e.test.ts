import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startPostgres } from '@countermand/dev-postgres';
import { eventually } from '@countermand/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { jobSaga } from './test-support/job-saga.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { spawnNode } from './test-support/spawn-node.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

const isOver = ({ status }: { status: string }) => status === 'rest';

it('the step of a worker that is killed in the middle is finished by another within 10 s, applied once', async () => {
  const { url } = await freshDatabase();
  const victim = startWorker(url);
  await victim.says('working');
  const saga = jobSaga('killed');
  const sender = openRunner({ connection: url, sagas: [saga] });
  const { id } = await sender.start(saga, { n: 1 });
  await victim.says('begun 1');
  const attempts: number[] = [];
  const other = openRunner({
    connection: url,
    sagas: [saga],
    adapters: {
      killed: {
        work: ({ attempt }) => {
          attempts.push(attempt);
          return { ok: 'finished elsewhere' };
        },
      },
    },
  });
  await other.work();
  victim.process.kill('SIGKILL');
  const view = await sender.waitFor(id, isOver, { timeoutMs: 10_000 });
  expect(view).toMatchObject({ state: 'DONE', context: { result: 'finished elsewhere' } });
  expect(attempts).toEqual([2]);
  const answers = (await sender.history(id)).filter(({ cause }) => cause?.type === 'answer');
  expect(answers).toHaveLength(1);
});

it('terminated backends end no process, and the work goes on', async () => {
  const { url } = await freshDatabase();
  const pool = testPool(url);
  const runner = openRunner({ pool, sagas: [trip], adapters: tripAdapters().adapters });
  await runner.work();
  const admin = testPool(url, 1);
  const ids = Array.from({ length: 60 }, (_, index) => `cut-${index}`);
  const starts = ids.map(async (id, index) => {
    if (index % 10 === 5) await terminateAll(admin);
    return await runner.start(trip, { seat: id, amount: 1 }, { id });
  });
  const results = await Promise.all(starts);
  expect(results.every(({ created }) => created)).toBe(true);
  await terminateAll(admin);
  await eventually(
    async () => {
      const { rows } = await admin.query(
        `select count(*)::int as n from countermand.saga where state = '"RESERVED"'`,
      );
      expect(rows).toEqual([{ n: 60 }]);
    },
    { timeoutMs: 20_000 },
  );
});

it('a worker that did not listen to the errors of its connections would end with them; one that does takes the next step', async () => {
  const { url } = await freshDatabase();
  const worker = startWorker(url);
  const deaf = startWorker(url, { WITHOUT_LISTENERS: '1' });
  await Promise.all([worker.says('working'), deaf.says('working')]);
  const ended = once(deaf.process, 'exit');
  await terminateAll(testPool(url, 1));
  expect(await ended).toEqual([1, null]);
  const sender = openRunner({ connection: url, sagas: [jobSaga('killed')] });
  await sender.start(jobSaga('killed'), { n: 1 });
  await worker.says('begun 1');
});

it('a backend of the caller that dies within its transaction ends no process', async () => {
  const { url } = await freshDatabase();
  const pool = testPool(url);
  const client = await pool.connect();
  const runner = openRunner({ pool, sagas: [trip] });
  await client.query('begin');
  await runner.start(trip, { seat: 'A', amount: 1 }, { id: 'dies', tx: client });
  await terminateAll(testPool(url, 1));
  await expect(client.query('commit')).rejects.toThrow();
  client.release(true);
  await eventually(async () => expect(await runner.get('dies')).toBeUndefined());
});

it('a database that is killed and started again finds the worker going on', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'countermand-restart-'));
  const settings = { fsync: 'off' } as const;
  let server = await startPostgres({ dataDir, settings });
  const { port, url } = server;
  onTestFinished(async () => {
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  });
  const runner = openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters });
  await runner.migrate();
  await runner.work();
  await runner.start(trip, { seat: 'A', amount: 1 }, { id: 'before' });
  await runner.waitFor('before', ({ state }) => state === 'RESERVED');

  process.kill(server.pid, 'SIGKILL');
  const during = runner.start(trip, { seat: 'B', amount: 1 }, { id: 'during' });
  server = await startPostgres({ dataDir, port, settings });
  expect(await during).toEqual({ id: 'during', created: true });
  await eventually(async () => expect(await runner.get('during')).toMatchObject({ state: 'RESERVED' }), {
    timeoutMs: 20_000,
  });
});

async function terminateAll(admin: ReturnType<typeof testPool>): Promise<void> {
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
}

/** Starts a worker process; it is killed with the test at the latest. */
function startWorker(
  url: string,
  env: Readonly<Record<string, string>> = {},
): { readonly process: ChildProcess; says(line: string): Promise<void> } {
  const script = new URL('./test-support/worker-process.ts', import.meta.url);
  const child = spawnNode(script, [], { DATABASE_URL: url, ...env });
  const said = new Set<string>();
  createInterface({ input: child.stdout }).on('line', (line) => said.add(line));
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('the worker has ended')));
  gone.catch(() => undefined);
  return {
    process: child,
    says: (line) =>
      Promise.race([
        eventually(() => expect([...said]).toContain(line), { timeoutMs: 30_000 }),
        gone,
      ]) as Promise<void>,
  };
}
