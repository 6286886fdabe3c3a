import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Customers } from '../load/customers.ts';
import { ROLE } from '../processes/database.ts';
import type { UnexpectedEnd } from '../processes/shop-process.ts';
import type { World } from '../processes/world.ts';
import { findCanaries } from './find-canaries.ts';

/** Every invariant that a world is judged by. */
export const INVARIANTS = [
  ...(['M1', 'M2', 'M3', 'M4', 'S1', 'S2', 'H1', 'H2', 'H3', 'H4', 'L1', 'L3', 'E1', 'E2', 'E3'] as const),
  ...(['R1', 'R2', 'X1', 'JOURNAL'] as const),
] as const;

/** See {@link INVARIANTS}. */
type Invariant = (typeof INVARIANTS)[number];

/** One thing that must not be. */
interface Finding {
  readonly invariant: Invariant;
  readonly detail: string;
}

/** What a judgement looked at. */
export interface Judgement {
  readonly findings: readonly Finding[];
  readonly checked: Readonly<Record<string, number>>;
  /** Seconds from the last fault until everything was at rest. */
  readonly restAfterS: number;
}

const REST_WITHIN_MS = 30_000;
/** An order is judged when nothing has happened to it for ten seconds. */
const QUIET_WITHIN_MS = 60_000;
const LAST_ORDERS = 50;
const MAX_CONNECTIONS = 24;
const MAX_MEMORY_MB = 600;

/** What is judged. */
export interface JudgedWorld {
  readonly world: World;
  readonly customers: Customers;
  readonly unexpectedEnds: readonly UnexpectedEnd[];
}

/**
 * Judges a world after the last fault: fifty more orders must finish, everything must come to rest within thirty
 * seconds, and then money, stock, history, liveness and effects must be right by the participants' journal.
 */
export async function judge({ world, customers, unexpectedEnds }: JudgedWorld): Promise<Judgement> {
  const findings: Finding[] = [];
  const say = (invariant: Invariant, detail: string) => void findings.push({ invariant, detail });
  const since = performance.now();
  await customers.close();
  for (const unfinished of await placeLastOrders(world, customers)) say('L3', unfinished);
  for (const restless of await waitForRest(world)) say('L1', restless);
  const restAfterS = (performance.now() - since) / 1_000;
  const { checked, violations } = await readInvariants(world, customers);
  for (const { invariant, order_id: id = '', detail } of violations) say(invariant, `${id} ${detail}`.trim());
  for (const lost of await lostOrders(world, customers)) say('E2', lost);
  for (const complaint of customers.complaints) say('E2', complaint);
  for (const leak of await findLeaks(world)) say('R1', leak);
  for (const { name, how } of unexpectedEnds) say('R2', `${name} ended by itself: ${how}`);
  for (const line of uncaughtIn(world)) say('R2', line);
  for (const place of await findCanaries(world)) say('X1', place);
  return { findings, checked, restAfterS };
}

async function placeLastOrders({ database }: World, customers: Customers): Promise<readonly string[]> {
  const ids = await Promise.all(
    Array.from({ length: LAST_ORDERS }, async () => {
      const id = await customers.place();
      if (id !== undefined) await customers.pay(id, 'tok_ok');
      return id;
    }),
  );
  for (const endsAt = performance.now() + REST_WITHIN_MS; ; await pause(200)) {
    const open = await database.query<{ id: string; state: string }>(
      'select id, state::text from countermand.saga where id = any($1) and not settled',
      [ids],
    );
    if (open.length === 0) return ids.includes(undefined) ? ['one of the last orders was not taken'] : [];
    if (performance.now() > endsAt)
      return open.map(({ id, state }) => `order ${id} after the last fault is ${state}`);
  }
}

async function waitForRest({ database }: World): Promise<readonly string[]> {
  for (const endsAt = performance.now() + REST_WITHIN_MS; ; await pause(200)) {
    const open = await database.query<{ id: string; state: string; status: string }>(
      'select id, state::text, status from countermand.saga where not settled',
    );
    if (open.length === 0) return [];
    if (performance.now() > endsAt)
      return open.map(({ id, state, status }) => `${id} is not at rest: ${state}, ${status}`);
  }
}

interface Report {
  readonly checked: Record<string, number>;
  readonly violations: readonly { invariant: Invariant; order_id?: string; detail: string }[];
}

/** The shop's own judge, which reads the participants' journal file and the tables. */
async function readInvariants({ webUrl }: World, customers: Customers): Promise<Report> {
  for (const endsAt = performance.now() + QUIET_WITHIN_MS; ; await pause(500)) {
    const response = await fetch(`${webUrl}/dev/invariants`, { signal: AbortSignal.timeout(300_000) });
    const report = (await response.json()) as Report;
    const { orders = 0, quiet = 0 } = report.checked ?? {};
    if (quiet === orders && orders >= customers.orders.size) return report;
    if (performance.now() <= endsAt) continue;
    const detail = `${orders - quiet} of ${orders} orders did not become quiet, ${customers.orders.size} were placed`;
    return { ...report, violations: [...report.violations, { invariant: 'L1', detail }] };
  }
}

async function lostOrders({ database }: World, { orders }: Customers): Promise<readonly string[]> {
  const lost = await database.query<{ id: string }>(
    `select id from unnest($1::text[]) as x(id)
     where id not in (select o.id from checkout.orders o join countermand.saga s on s.id = o.id)`,
    [[...orders]],
  );
  return lost.map(({ id }) => `order ${id} was acknowledged and does not exist`);
}

async function findLeaks(world: World): Promise<readonly string[]> {
  const { database } = world;
  const idle = await database.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where usename = $1 and state like 'idle in transaction%' and state_change < now() - interval '5 seconds'`,
    [ROLE],
  );
  const connections = await database.query<{ n: number }>(
    'select count(*)::int as n from pg_stat_activity where usename = $1',
    [ROLE],
  );
  const rows = await database.query<{ row: string }>(
    `select concat_ws(' ', o.saga_id, o.key, o.status, o.attempt, o.due_at - now(), o.last_error) as row
     from countermand.outbox o join countermand.saga s on s.id = o.saga_id
     where s.settled and o.status in ('pending', 'leased', 'awaiting')`,
  );
  const most = MAX_CONNECTIONS * (world.slots.length + 1);
  const large = world.processes
    .map((one) => ({ name: one.name, mb: memoryOf(one.pid) }))
    .filter(({ mb }) => mb > MAX_MEMORY_MB);
  return [
    ...((idle[0]?.n ?? 0) > 0 ? [`${idle[0]?.n} transactions stay open`] : []),
    ...((connections[0]?.n ?? 0) > most ? [`${connections[0]?.n} connections, ${most} at most`] : []),
    ...rows.map(({ row }) => `a row is open of a saga that is settled: ${row}`),
    ...large.map(({ name, mb }) => `${name} takes ${mb} MB`),
  ];
}

/** What a process has in memory, where the system tells (Linux). */
function memoryOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024);
  } catch {
    return 0;
  }
}

/** Lines of any log that speak of an error which nobody caught. */
function uncaughtIn({ directory }: World): readonly string[] {
  const logs = path.join(directory, 'logs');
  return readdirSync(logs)
    .filter((name) => name.endsWith('.log'))
    .flatMap((name) =>
      readFileSync(path.join(logs, name), 'utf8')
        .split('\n')
        .filter((line) => /uncaught|unhandled|Node\.js v\d/i.test(line))
        .map((line) => `${name}: ${line.slice(0, 300)}`),
    );
}
