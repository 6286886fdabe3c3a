import type { ServerFacts, WorkFacts } from './db/diagnose.js';
import type { Backlog } from './ports/telemetry.js';

/** One thing that was looked at. */
export interface Diagnosis {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly said: string;
  /** What to do about it. */
  readonly todo?: string;
}

const OLDEST_VERSION = 150_000;
const CLOCK_MS = 2_000;
const OLD_TRANSACTION_MS = 5 * 60_000;
const OLD_SNAPSHOT = 5_000_000;
const LATE_MS = 60_000;

const ok = (check: string, said: string): Diagnosis => ({ check, status: 'ok', said });
const warn = (check: string, said: string, todo: string): Diagnosis => ({
  check,
  status: 'warn',
  said,
  todo,
});
const fail = (check: string, said: string, todo: string): Diagnosis => ({
  check,
  status: 'fail',
  said,
  todo,
});

/** The server itself. @param port - that was connected to */
export function checkServer(facts: ServerFacts, port: number, clockOffByMs: number): Diagnosis[] {
  return [
    facts.versionNumber >= OLDEST_VERSION
      ? ok('version', `PostgreSQL ${facts.version}`)
      : fail('version', `PostgreSQL ${facts.version}`, 'move to PostgreSQL 15 or newer'),
    facts.isReplica || facts.isReadOnly
      ? fail(
          'writable',
          facts.isReplica ? 'a replica, which can only be read' : 'transactions are read only by default',
          'connect to the primary, as a role that may write',
        )
      : ok('writable', 'a primary'),
    ...checkSettings(facts.settings),
    checkConnections(facts),
    Math.abs(clockOffByMs) > CLOCK_MS
      ? warn(
          'clock',
          `this machine's clock is ${(clockOffByMs / 1_000).toFixed(1)} s off the database's`,
          'have both keep time by NTP; due times and leases go by the database, signatures of webhooks by this one',
        )
      : ok('clock', `within ${Math.abs(clockOffByMs).toFixed(0)} ms of the database's`),
    ...(facts.port !== null && facts.port !== port
      ? [
          ok(
            'between',
            `port ${port} leads to a server on port ${facts.port}: a pooler, a proxy or a container`,
          ),
        ]
      : []),
  ];
}

function checkSettings(settings: Readonly<Record<string, string>>): Diagnosis[] {
  const off = (name: string) => settings[name] === 'off';
  const risky = ['fsync', 'full_page_writes'].filter(off);
  const found = [
    ...(risky.length > 0
      ? [
          fail(
            'durability',
            `${risky.join(' and ')} off`,
            'switch it on: a crash can lose or break everything',
          ),
        ]
      : []),
    ...(off('synchronous_commit')
      ? [
          warn(
            'durability',
            'synchronous_commit off',
            'switch it on for this role: a crash of the server loses the last moments, and steps run again',
          ),
        ]
      : []),
    ...(['autovacuum', 'track_counts'].some(off)
      ? [warn('vacuum', 'autovacuum off', 'switch it on: the hot tables are written all the time')]
      : []),
  ];
  return found.length > 0
    ? found
    : [ok('settings', 'fsync, full_page_writes, synchronous_commit, autovacuum')];
}

function checkConnections({ connections, maxConnections }: ServerFacts): Diagnosis {
  const said = `${connections} of ${maxConnections} connections`;
  return connections > 0.8 * maxConnections
    ? warn('connections', said, 'make pools smaller, or max_connections larger')
    : ok('connections', said);
}

/** Notices, as workers hear of each other's work. */
export function checkNotices(tookMs: number | undefined): Diagnosis {
  return tookMs === undefined
    ? warn(
        'notices',
        'a NOTIFY did not come back: a pooler in transaction mode?',
        'connect workers to PostgreSQL itself, or to a pool in session mode; else work is found up to a second later',
      )
    : ok('notices', `a NOTIFY came back in ${tookMs.toFixed(0)} ms`);
}

/** Our tables. */
export function checkSchema(
  schema: string,
  missing: readonly string[],
  unknown: readonly string[],
): Diagnosis {
  if (missing.length > 0)
    return fail('schema', `schema '${schema}' lacks ${missing.join(', ')}`, 'run countermand migrate');
  if (unknown.length > 0)
    return warn(
      'schema',
      `schema '${schema}' has ${unknown.join(', ')}, which this version doesn't know`,
      'use the version of the package that the other processes use',
    );
  return ok('schema', `schema '${schema}' is up to date`);
}

/** What the role may do. */
export function checkPrivileges(role: string, missing: readonly string[], rewrites: boolean): Diagnosis {
  if (missing.length > 0)
    return fail(
      'privileges',
      `role ${role} lacks ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`,
      'grant it: docs/operating.md, Roles',
    );
  return rewrites
    ? warn(
        'privileges',
        `role ${role} can rewrite history`,
        'run as a role that can not, in production: docs/operating.md, Roles',
      )
    : ok('privileges', `role ${role} has what it needs, and can't rewrite history`);
}

/** What waits, and what can't be right. */
export function checkWork(facts: WorkFacts, backlog: Backlog): Diagnosis[] {
  return [
    ...checkParked(facts),
    checkQueues(facts),
    checkWorkers(facts, backlog),
    checkRows(facts),
    checkVacuum(backlog),
    ...(Math.abs(facts.clockOffsetMs) > CLOCK_MS
      ? [
          warn(
            'database clock',
            `the runner's clock is ${(facts.clockOffsetMs / 1_000).toFixed(0)} s off the server's: a test has moved it`,
            'use a fresh database after tests that move time',
          ),
        ]
      : []),
  ];
}

function checkParked({ parked, stuckRows, stuckMessages, untakenEvents }: WorkFacts): Diagnosis[] {
  const stuck = stuckRows + stuckMessages;
  return [
    parked === 0
      ? ok('parked', 'no saga waits for a person')
      : warn('parked', `${parked} parked, waiting for a person`, 'countermand list --status parked'),
    ...(stuck > 0
      ? [
          warn(
            'stuck',
            `${stuck} answers or messages that could not be applied`,
            'look at the logs for "cannot be applied", mend the cause, then countermand retry',
          ),
        ]
      : []),
    ...(untakenEvents > 0
      ? [
          warn(
            'events',
            `published events that a subscription was given and has not taken: ${untakenEvents}`,
            'look at the logs for "event not taken" and "event taken", mend the cause; countermand show ID names them',
          ),
        ]
      : []),
  ];
}

function checkQueues({ missingQueues, silentQueues }: WorkFacts): Diagnosis {
  if (missingQueues.length > 0)
    return fail(
      'queues',
      `rows wait for queues that don't exist: ${missingQueues.join(', ')}`,
      'start a process that declares the saga; it makes its queues',
    );
  if (silentQueues.length === 0) return ok('queues', 'what is in them is taken');
  const all = silentQueues.map(
    ({ queue, rows, ageMs }) => `${queue} (${rows}, oldest ${Math.round(ageMs / 1_000)} s)`,
  );
  return warn('queues', `nobody takes ${all.join(', ')}`, 'run a worker with the adapters of these steps');
}

function checkWorkers(facts: WorkFacts, backlog: Backlog): Diagnosis {
  const late = [
    ...(backlog.timerLagMs > LATE_MS ? [`timers ${Math.round(backlog.timerLagMs / 1_000)} s late`] : []),
    ...(facts.overdueLeases > 0 ? [`${facts.overdueLeases} leases that ended and nobody took up`] : []),
    ...(facts.pendingMessagesMs > LATE_MS
      ? [`${facts.pendingMessages} messages, oldest ${Math.round(facts.pendingMessagesMs / 1_000)} s`]
      : []),
  ];
  return late.length === 0
    ? ok('workers', 'nothing is late')
    : warn('workers', late.join(', '), 'see whether a worker (runner.work()) runs, and what its log says');
}

function checkRows({ orphans, undeclared }: WorkFacts): Diagnosis {
  if (orphans > 0)
    return fail(
      'rows',
      `${orphans} outbox rows belong to no saga`,
      'sagas were deleted by hand: delete their rows of outbox, inbox and history, too',
    );
  return undeclared.length > 0
    ? fail(
        'rows',
        `no process has declared ${undeclared.join(', ')}, of which sagas are live`,
        'deploy a worker that has that version',
      )
    : ok('rows', 'every row has its saga, every live saga a declared version');
}

function checkVacuum({ oldestXminAge, oldestTransactionMs }: Backlog): Diagnosis {
  if (oldestTransactionMs > OLD_TRANSACTION_MS)
    return warn(
      'transactions',
      `one has been open for ${Math.round(oldestTransactionMs / 60_000)} minutes`,
      'find it in pg_stat_activity (xact_start) and end it: vacuum can clean up nothing newer',
    );
  return oldestXminAge > OLD_SNAPSHOT
    ? warn(
        'transactions',
        `a snapshot is ${oldestXminAge} transactions old`,
        'look for old replication slots and prepared transactions: vacuum can clean up nothing newer',
      )
    : ok('transactions', 'none is old');
}
