import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import pg from 'pg';
import { startPostgres } from './start-postgres.ts';
import { sweepStaleServers, temporaryDataDirectory } from './sweep-stale-servers.ts';
import { announceTestRun, DATABASE_PREFIX } from './test-run.ts';

/** Commits reach the operating system but aren't flushed: a killed server loses nothing, a power cut might. */
const FAST_SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: 300,
  log_min_messages: 'error',
};

interface SharedRun {
  users: number;
  readonly end: Promise<() => Promise<void>>;
}

// Each project loads this file anew, all in one process: only the process can hold what they share.
const registry = globalThis as typeof globalThis & { countermandTestRun?: SharedRun | undefined };

/**
 * Vitest's global setup: gives the whole test run one PostgreSQL, however many projects ask, and takes it away
 * after the last. With `DATABASE_URL` set, the server there is used, and left with nothing of ours on it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  registry.countermandTestRun ??= { users: 0, end: beginRun() };
  const shared = registry.countermandTestRun;
  shared.users += 1;
  await shared.end;
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    registry.countermandTestRun = undefined;
    const end = await shared.end;
    await end();
  };
}

async function beginRun(): Promise<() => Promise<void>> {
  const prefix = `${DATABASE_PREFIX}${randomBytes(4).toString('hex')}_`;
  const given = process.env['DATABASE_URL'];
  if (given) {
    announceTestRun({ serverUrl: given, prefix });
    return await holdRun(given, prefix);
  }
  await sweepStaleServers();
  const server = await startPostgres({ dataDir: temporaryDataDirectory(), settings: FAST_SETTINGS });
  announceTestRun({ serverUrl: server.url, prefix });
  return async () => {
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
  };
}

/** Removes what runs that are no longer alive left on a server, and marks this run as alive while it lasts. */
async function holdRun(serverUrl: string, prefix: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: serverUrl });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select pg_advisory_lock(hashtext($1))', [prefix]);
  await dropDeadRuns(client);
  return async () => {
    await dropRun(client, prefix);
    await client.end();
  };
}

async function dropDeadRuns(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ run: string }>(
    `select distinct substring(datname from '^${DATABASE_PREFIX}[0-9a-f]{8}_') as run
     from pg_database where datname ~ '^${DATABASE_PREFIX}[0-9a-f]{8}_'`,
  );
  for (const { run } of rows) {
    // A run that is alive holds its lock. Those taken here go with the connection.
    const { rows: answers } = await client.query<{ dead: boolean }>(
      'select pg_try_advisory_lock(hashtext($1)) as dead',
      [run],
    );
    if (answers[0]?.dead) await dropRun(client, run);
  }
}

async function dropRun(client: pg.Client, run: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select datname as name from pg_database where starts_with(datname, $1)',
    [run],
  );
  for (const { name } of rows) {
    await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  }
}
