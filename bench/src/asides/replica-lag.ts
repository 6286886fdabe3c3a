// How far a streaming replica on the same machine is behind while a worker runs sagas of five steps: from when
// something is in the primary's log until the replica shows it, asked again and again.
//   pnpm bench:replica
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type PostgresServer, startPostgres, startReplica } from '@countermand/dev-postgres';
import pg from 'pg';
import { contenderNamed } from '../contenders.ts';
import { DriverHandle } from '../driver-handle.ts';
import { summarize } from '../latencies.ts';
import type { Load } from '../run-load.ts';

const SECONDS = 20;
const IN_FLIGHT = 100;
const STEADY_PER_SECOND = 100;
const LOOK_EVERY_MS = 2;
const PATIENCE_MS = 30_000;
const SETTINGS = { shared_buffers: '256MB', max_connections: '100', wal_keep_size: '4GB' };

const folder = await mkdtemp(path.join(os.tmpdir(), 'countermand-lag-'));
const servers: PostgresServer[] = [];
try {
  const primary = await startPostgres({ dataDir: path.join(folder, 'primary'), settings: SETTINGS });
  servers.push(primary);
  const replica = await startReplica(primary, path.join(folder, 'replica'));
  servers.unshift(replica);
  await measure(primary.url, replica.url);
} finally {
  for (const server of servers) {
    await server.stop();
    // As root its data isn't where it was asked to be.
    await rm(server.dataDir, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
}

async function measure(primaryUrl: string, replicaUrl: string): Promise<void> {
  const [primary, replica] = await Promise.all([connect(primaryUrl), connect(replicaUrl)]);
  const driver = await DriverHandle.open(contenderNamed('countermand'), { url: primaryUrl });
  try {
    await driver.loop({ inFlight: IN_FLIGHT, seconds: 3 });
    const loads: readonly (readonly [name: string, load: () => Promise<Load>])[] = [
      [
        `${STEADY_PER_SECOND} sagas a second`,
        () => driver.arrivals({ perSecond: STEADY_PER_SECOND, seconds: SECONDS }),
      ],
      ['as fast as it goes', () => driver.loop({ inFlight: IN_FLIGHT, seconds: SECONDS })],
    ];
    for (const [name, load] of loads) {
      await pause(1_000);
      const bytes = await logged(primary);
      const [{ perSecond }, lags] = await beside(load(), () => lagOf(primary, replica));
      const megabytes = ((await logged(primary)) - bytes) / 1e6;
      const { count, p50, p99, max } = summarize(lags);
      process.stdout.write(
        `${name}: ${perSecond.toFixed(0)} a second, ${(megabytes / SECONDS).toFixed(1)} MB of log a second; ` +
          `shown after ${p50.toFixed(0)} ms (median of ${count}), p99 ${p99.toFixed(0)} ms, at most ${max.toFixed(0)} ms\n`,
      );
    }
  } finally {
    await driver.close();
    await Promise.all([primary.end(), replica.end()]);
  }
}

/** Does something again and again for as long as the other lasts. */
async function beside<Output>(
  other: Promise<Output>,
  look: () => Promise<number>,
): Promise<[Output, number[]]> {
  let isOver = false;
  const ended = other.finally(() => {
    isOver = true;
  });
  // Thrown below, when it is awaited.
  ended.catch(() => undefined);
  const found: number[] = [];
  while (!isOver) {
    found.push(await look());
    await pause(20);
  }
  return [await ended, found];
}

/** Milliseconds from now until the replica shows what is in the primary's log by now. */
async function lagOf(primary: pg.Client, replica: pg.Client): Promise<number> {
  const { rows } = await primary.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  const since = performance.now();
  const isShown = async () => {
    const answer = await replica.query<{ shown: boolean }>(
      'select pg_last_wal_replay_lsn() >= $1::pg_lsn as shown',
      [rows[0]?.lsn],
    );
    return answer.rows[0]?.shown === true;
  };
  while (!(await isShown())) {
    if (performance.now() - since > PATIENCE_MS) throw new Error('the replica has stopped to follow');
    await pause(LOOK_EVERY_MS);
  }
  return performance.now() - since;
}

/** Bytes that were ever written to the primary's log. */
async function logged(primary: pg.Client): Promise<number> {
  const { rows } = await primary.query<{ bytes: string }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as bytes`,
  );
  return Number(rows[0]?.bytes);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
