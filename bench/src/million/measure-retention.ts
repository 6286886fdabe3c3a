import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import pg from 'pg';
import { contenderNamed } from '../contenders.ts';
import { DriverHandle } from '../driver-handle.ts';

const CLI = path.join(import.meta.dirname, '../../../packages/runner-postgres/dist/cli.js');
const IN_FLIGHT = 100;
const SECONDS = 15;
/** Finished sagas of the oldest sixth: of 90 days. */
const OLDER_THAN_DAYS = 75;

/** Prunes beside a load of new sagas, then alone. @returns what came of it, in sentences */
export async function measureRetention(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const count = async () => {
    const { rows } = await client.query<{ sagas: number; rows: number }>(
      `select count(*)::int as sagas, (count(*) + (select count(*) from countermand.history)
         + (select count(*) from countermand.outbox) + (select count(*) from countermand.inbox))::int as rows
       from countermand.saga`,
    );
    return rows[0] ?? { sagas: 0, rows: 0 };
  };
  const driver = await DriverHandle.open(contenderNamed('countermand'), { url });
  try {
    const all = await count();
    await driver.loop({ inFlight: IN_FLIGHT, seconds: 3 });
    const without = await driver.loop({ inFlight: IN_FLIGHT, seconds: SECONDS });
    const pruning = prune(url);
    const beside = await driver.loop({ inFlight: IN_FLIGHT, seconds: SECONDS });
    pruning.kill('SIGTERM');
    await once(pruning, 'exit');
    const before = await count();
    const startedAt = performance.now();
    await once(prune(url), 'exit');
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = await count();
    const sagas = before.sagas - after.sagas;
    const rows = before.rows - after.rows;
    const perSaga = all.rows / all.sagas;
    return [
      `Alone: ${sagas} sagas with ${rows} rows in ${seconds.toFixed(1)} s, ${(sagas / seconds).toFixed(0)} sagas`,
      `and ${(rows / seconds).toFixed(0)} rows a second; ${perSaga.toFixed(1)} rows a saga.`,
      `New sagas of five steps a second: ${without.perSecond.toFixed(0)} without, ${beside.perSecond.toFixed(0)} beside it;`,
      `p99 ${without.latencies.p99.toFixed(0)} and ${beside.latencies.p99.toFixed(0)} ms.`,
    ].join('\n');
  } finally {
    await driver.close();
    await client.end();
  }
}

function prune(url: string): ChildProcess {
  return spawn(process.execPath, [CLI, 'prune', '--finished-days', String(OLDER_THAN_DAYS)], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
