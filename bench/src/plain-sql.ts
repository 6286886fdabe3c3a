import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Driver } from './driver.ts';

/**
 * What somebody would write by hand who wants nothing but durable steps: a row per saga, a row per step with input
 * and result, a history. No obligations, no inbox, no leases, no timers; a crash would need a person.
 */
const SCHEMA = `
  create schema if not exists plain;
  create table if not exists plain.saga (
    id uuid primary key, state text not null, revision int not null, context jsonb not null,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now()
  ) with (fillfactor = 80);
  create table if not exists plain.step (
    saga_id uuid not null, seq int not null, name text not null, status text not null,
    input jsonb not null, result jsonb,
    created_at timestamptz not null default now(), settled_at timestamptz,
    primary key (saga_id, seq)
  ) with (fillfactor = 80);
  create table if not exists plain.history (
    saga_id uuid not null, seq int not null, at timestamptz not null default now(),
    event text not null, "from" text, "to" text not null, primary key (saga_id, seq)
  )`;

const STEPS = ['check', 'reserve', 'authorize', 'capture', 'confirm'] as const;
const STATES = ['CHECKING', 'RESERVING', 'AUTHORIZING', 'CAPTURING', 'CONFIRMING', 'DONE'] as const;

/** One saga's way into its next state: `seq` 0 starts it, 1 to 5 settle the step of that number. */
interface Transition {
  readonly id: string;
  readonly seq: number;
  readonly context: Record<string, unknown>;
}

const SAGA = `
  insert into plain.saga as s (id, state, revision, context)
  select x.id, x.state, x.seq, x.context
  from jsonb_to_recordset($1::jsonb) as x(id uuid, seq int, state text, context jsonb)
  where x.seq = 0`;
const MOVE = `
  update plain.saga s set state = x.state, revision = x.seq, context = x.context, updated_at = now()
  from jsonb_to_recordset($1::jsonb) as x(id uuid, seq int, state text, context jsonb)
  where s.id = x.id and s.revision = x.seq - 1`;
const HISTORY = `
  insert into plain.history (saga_id, seq, event, "from", "to")
  select x.id, x.seq, x.event, x."from", x.state
  from jsonb_to_recordset($1::jsonb) as x(id uuid, seq int, event text, "from" text, state text)`;
const STEP = `
  with x as (
    select * from jsonb_to_recordset($1::jsonb) as x(id uuid, seq int, result jsonb, next text, input jsonb)
  ),
  settled as (
    update plain.step t set status = 'done', result = x.result, settled_at = now()
    from x where t.saga_id = x.id and t.seq = x.seq
  )
  insert into plain.step (saga_id, seq, name, status, input)
  select x.id, x.seq + 1, x.next, 'running', x.input from x where x.next is not null`;

function rowOf({ id, seq, context }: Transition) {
  return {
    id,
    seq,
    context,
    event: seq === 0 ? 'start' : `${STEPS[seq - 1]}.done`,
    from: seq === 0 ? null : STATES[seq - 1],
    state: STATES[seq],
    result: seq === 0 ? null : { ref: `${id}:${STEPS[seq - 1]}:1` },
    next: STEPS[seq] ?? null,
    input: { order: id },
  };
}

async function statements(client: pg.ClientBase, transitions: readonly Transition[]): Promise<void> {
  const values = [JSON.stringify(transitions.map(rowOf))];
  const prepared = (name: string, text: string) => client.query({ name, text, values });
  if (transitions.some(({ seq }) => seq === 0)) await prepared('saga', SAGA);
  if (transitions.some(({ seq }) => seq > 0)) await prepared('move', MOVE);
  await prepared('history', HISTORY);
  await prepared('step', STEP);
}

async function commit(pool: pg.Pool, transitions: readonly Transition[]): Promise<void> {
  const client = await pool.connect();
  await client.query('begin');
  await statements(client, transitions);
  await client.query('commit');
  client.release();
}

const AT_ONCE = `
  with x as (
    select * from jsonb_to_recordset($1::jsonb) as
      x(id uuid, seq int, state text, context jsonb, event text, "from" text, result jsonb, next text, input jsonb)
  ),
  started as (
    insert into plain.saga (id, state, revision, context) select id, state, seq, context from x where seq = 0
  ),
  moved as (
    update plain.saga s set state = x.state, revision = x.seq, context = x.context, updated_at = now()
    from x where s.id = x.id and s.revision = x.seq - 1
  ),
  told as (
    insert into plain.history (saga_id, seq, event, "from", "to") select id, seq, event, "from", state from x
  ),
  settled as (
    update plain.step t set status = 'done', result = x.result, settled_at = now()
    from x where t.saga_id = x.id and t.seq = x.seq
  )
  insert into plain.step (saga_id, seq, name, status, input)
  select id, seq + 1, next, 'running', input from x where next is not null`;

async function commitAtOnce(pool: pg.Pool, transition: Transition): Promise<void> {
  await pool.query({ name: 'at once', text: AT_ONCE, values: [JSON.stringify([rowOf(transition)])] });
}

/** A saga's six commits, one after the other, each by the given function. */
async function carryOut(write: Write, stepMs: (() => number) | undefined): Promise<void> {
  const id = crypto.randomUUID();
  let refs = {};
  for (let seq = 0; seq <= STEPS.length; seq += 1) {
    if (seq > 0 && stepMs) await pause(stepMs());
    if (seq > 0) refs = { ...refs, [STEPS[seq - 1] ?? '']: `${id}:${STEPS[seq - 1]}:1` };
    await write({ id, seq, context: { order: id, refs } });
  }
}

async function completed(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from plain.saga s where state = 'DONE'
       and (select count(*) from plain.step t where t.saga_id = s.id and t.result ? 'ref') = 5`,
  );
  return rows[0]?.n ?? 0;
}

/** How a transition is written: see {@link openPlainSql}. */
type Write = (transition: Transition) => Promise<void>;

/**
 * The same tables and statements in three ways: `three statements` in a transaction for every step, all of them as
 * `one statement`, or a `group commit`, which takes together what waits while the commit before is under way.
 */
export async function openPlainSql(url: string, setting: string, stepMs?: () => number): Promise<Driver> {
  const pool = new pg.Pool({ connectionString: url, max: setting === 'group commit' ? 4 : 20 });
  await pool.query(SCHEMA);
  const writers: Record<string, Write> = {
    'three statements': (transition) => commit(pool, [transition]),
    'one statement': (transition) => commitAtOnce(pool, transition),
    'group commit': groupCommit((transitions) => commit(pool, transitions)),
  };
  const write = writers[setting];
  if (!write) throw new Error(`plain SQL knows no setting '${setting}'`);
  return {
    one: () => carryOut(write, stepMs),
    completed: () => completed(pool),
    close: () => pool.end(),
  };
}

/** Single transactions of three statements: each settles the first step of another saga, all of which are started. */
export async function openTransactions(url: string): Promise<Pick<Driver, 'one' | 'close'>> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await pool.query(SCHEMA);
  const started: string[] = [];
  return {
    async one() {
      const id = started.pop() ?? (await startMany(pool, started));
      await commit(pool, [{ id, seq: 1, context: { order: id, refs: { check: `${id}:check:1` } } }]);
    },
    close: () => pool.end(),
  };
}

async function startMany(pool: pg.Pool, started: string[]): Promise<string> {
  for (let count = 0; count < 1_000; count += 1) started.push(crypto.randomUUID());
  await commit(
    pool,
    started.map((id) => ({ id, seq: 0, context: { order: id, refs: {} } })),
  );
  return started.pop() ?? '';
}

const MAX_BATCH = 200;

function groupCommit(commitAll: (transitions: readonly Transition[]) => Promise<void>): Write {
  const waiting: { transition: Transition; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let isRunning = false;
  const run = async () => {
    isRunning = true;
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH);
      try {
        await commitAll(batch.map(({ transition }) => transition));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isRunning = false;
  };
  return (transition) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ transition, resolve, reject });
      if (!isRunning) void run();
    });
}
