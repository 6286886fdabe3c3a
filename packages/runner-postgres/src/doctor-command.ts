import { messageOf } from '@countermand/saga-core';
import type { Command } from 'commander';
import { answer, type DatabaseFlags, jsonCommand, withDatabaseOptions } from './command-line.js';
import { databaseUrl } from './connect-for-command.js';
import { Database } from './db/database.js';
import { canRewriteHistory, missingPrivileges, readServer, readWork } from './db/diagnose.js';
import { missingMigrations, unknownMigrations } from './db/migrate.js';
import { openPool } from './db/open-pool.js';
import { probeNotices } from './db/probe-notices.js';
import { readBacklog } from './db/read-backlog.js';
import { schemaNames } from './db/schema-name.js';
import {
  checkNotices,
  checkPrivileges,
  checkSchema,
  checkServer,
  checkWork,
  type Diagnosis,
} from './doctor-checks.js';
import { EXIT } from './exit-codes.js';
import { textTable } from './text-table.js';

const ROUND_TRIP_MS = 3_000;
const DEFAULT_PORT = 5432;

/** `countermand doctor`: looks at everything that a runner needs, and says what to do about what isn't right. */
export function doctorCommand(): Command {
  return withDatabaseOptions(
    jsonCommand('doctor [options]', 'look at the database and at what waits in it, and say what to do'),
  ).action(async (flags: DatabaseFlags) => {
    const found = await diagnose(flags);
    const isFine = found.every(({ status }) => status !== 'fail');
    answer(flags.json, { ok: isFine, checks: found }, () => render(found));
    if (!isFine) process.exitCode = EXIT.found;
  });
}

async function diagnose(flags: DatabaseFlags): Promise<Diagnosis[]> {
  const url = databaseUrl(flags);
  const names = schemaNames(flags.schema);
  const pool = openPool(url, 2);
  const database = new Database(pool, names, () => undefined);
  try {
    const askedAt = Date.now();
    const server = await readServer(database);
    const clockOffByMs = (askedAt + Date.now()) / 2 - server.now;
    const found = checkServer(server, portOf(url), clockOffByMs);
    found.push(checkNotices(await probeNotices(database, url, ROUND_TRIP_MS)));
    const missing = await attempt(found, 'schema', async () => {
      const lacking = await missingMigrations(database, names);
      found.push(checkSchema(names.plain, lacking, await unknownMigrations(database, names)));
      return lacking;
    });
    // What isn't there can't be looked at.
    if (missing?.length !== 0) return found;
    const lacking = await missingPrivileges(database, names);
    found.push(checkPrivileges(server.role, lacking, await canRewriteHistory(database, names)));
    await attempt(found, 'work', async () => {
      found.push(...checkWork(await readWork(database, names), await readBacklog(database, names)));
    });
    return found;
  } finally {
    database.leave();
    await pool.end();
  }
}

/** What can't be looked at is found as well. */
async function attempt<Result>(
  found: Diagnosis[],
  check: string,
  look: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await look();
  } catch (error) {
    const todo = 'grant the role what docs/operating.md lists under Roles';
    found.push({ check, status: 'fail', said: messageOf(error), todo });
    return undefined;
  }
}

function portOf(url: string): number {
  const port = URL.parse(url)?.port;
  return port ? Number(port) : DEFAULT_PORT;
}

function render(found: readonly Diagnosis[]): string {
  const rows = found.flatMap(({ check, status, said, todo }) => [
    [status, check, said],
    ...(todo === undefined ? [] : [['', '', `-> ${todo}`]]),
  ]);
  const count = (of: string) => found.filter(({ status }) => status === of).length;
  return `${textTable(rows)}${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed\n`;
}
