import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** The server, as whoever operates it has set it up. */
export interface ServerFacts {
  readonly version: string;
  readonly versionNumber: number;
  readonly isReplica: boolean;
  readonly isReadOnly: boolean;
  /** Of `fsync`, `full_page_writes`, `synchronous_commit`, `autovacuum`, `track_counts`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly maxConnections: number;
  readonly connections: number;
  /** What the server itself listens on; another one than was connected to means that something stands between. */
  readonly port: number | null;
  readonly role: string;
  /** The server's clock when it answered, milliseconds since the epoch. */
  readonly now: number;
}

/** Reads what the server says of itself. */
export async function readServer(session: Session): Promise<ServerFacts> {
  const [facts] = await session.query<ServerFacts>(`
    select current_setting('server_version') as version,
      current_setting('server_version_num')::int as "versionNumber",
      pg_is_in_recovery() as "isReplica",
      current_setting('default_transaction_read_only') = 'on' as "isReadOnly",
      (select jsonb_object_agg(name, setting) from pg_settings
        where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum', 'track_counts')) as settings,
      current_setting('max_connections')::int as "maxConnections",
      (select count(*)::int from pg_stat_activity) as connections,
      inet_server_port() as port,
      current_user as role,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now`);
  if (!facts) throw new Error('the server says nothing of itself');
  return facts;
}

/** What each kind of table must allow the role that runs. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  saga: ['select', 'insert', 'update'],
  outbox: ['select', 'insert', 'update', 'delete'],
  inbox: ['select', 'insert', 'update', 'delete'],
  history: ['select', 'insert'],
  definition: ['select', 'insert'],
  subscription: ['select', 'insert'],
  migration: ['select'],
};
const NEEDED_OF_QUEUE = ['select', 'insert', 'update', 'delete'];

/** What the role may not do and must: `insert on countermand.saga`. */
export async function missingPrivileges(session: Session, names: SchemaNames): Promise<readonly string[]> {
  const needed = [
    ...Object.entries(NEEDED).flatMap(([table, wanted]) =>
      wanted.map((privilege) => ({ table: `${names.plain}.${table}`, privilege })),
    ),
    ...['job', 'queue'].flatMap((table) =>
      NEEDED_OF_QUEUE.map((privilege) => ({ table: `${names.boss}.${table}`, privilege })),
    ),
  ];
  const rows = await session.query<{ what: string }>(
    `select x.privilege || ' on ' || x."table" as what
     from jsonb_to_recordset($1::jsonb) as x("table" text, privilege text)
     where to_regclass(x."table") is not null and not has_table_privilege(x."table", x.privilege)
     union all
     select 'usage on schema ' || s from unnest($2::text[]) s where not has_schema_privilege(s, 'usage')
     union all
     select 'execute on ' || p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = $3 and not has_function_privilege(p.oid, 'execute')`,
    [JSON.stringify(needed), [names.plain, names.boss], names.plain],
  );
  return rows.map(({ what }) => what);
}

/** Whether the role could change what has happened: update or delete lines of the history. */
export async function canRewriteHistory(session: Session, names: SchemaNames): Promise<boolean> {
  const [row] = await session.query<{ can: boolean }>(
    `select has_table_privilege($1, 'update') or has_table_privilege($1, 'delete') as can`,
    [`${names.plain}.history`],
  );
  return row?.can ?? false;
}

/** What waits longer than it should, and what can't be right. Ages are in milliseconds. */
export interface WorkFacts {
  readonly clockOffsetMs: number;
  readonly parked: number;
  readonly stuckRows: number;
  readonly stuckMessages: number;
  /** Published events that a subscription was given, and that it didn't take. */
  readonly untakenEvents: number;
  readonly orphans: number;
  readonly missingQueues: readonly string[];
  readonly undeclared: readonly string[];
  readonly silentQueues: readonly { readonly queue: string; readonly rows: number; readonly ageMs: number }[];
  readonly overdueLeases: number;
  readonly pendingMessages: number;
  readonly pendingMessagesMs: number;
}

/** A row that is out for longer than this is being taken by nobody. */
const SILENT_MS = 60_000;
/** Far longer than a lease and a sweep. */
const LOST_LEASE_MS = 15_000;

/** Looks through what isn't settled. */
export async function readWork(session: Session, { ours, boss }: SchemaNames): Promise<WorkFacts> {
  const unsettled = `('pending', 'leased', 'awaiting')`;
  const age = (at: string) => `(extract(epoch from ${ours}.saga_now() - ${at}) * 1000)::float8`;
  const [facts] = await session.query<WorkFacts>(
    `select
      ${age('clock_timestamp()')} as "clockOffsetMs",
      (select count(*)::float8 from ${ours}.saga where status = 'parked') as parked,
      (select count(*)::float8 from ${ours}.outbox where stuck) as "stuckRows",
      (select count(*)::float8 from ${ours}.inbox where status = 'stuck') as "stuckMessages",
      (select count(*)::float8 from ${ours}.outbox
        where kind = 'publish' and status in ('pending', 'leased') and last_error is not null) as "untakenEvents",
      (select count(*)::float8 from ${ours}.outbox o where o.status in ${unsettled}
        and not exists (select from ${ours}.saga s where s.id = o.saga_id)) as orphans,
      (select coalesce(jsonb_agg(distinct o.queue), '[]') from ${ours}.outbox o
        where o.status in ${unsettled} and o.queue is not null
        and not exists (select from ${boss}.queue q where q.name = o.queue)) as "missingQueues",
      (select coalesce(jsonb_agg(distinct s.saga || ' version ' || s.version), '[]') from ${ours}.saga s
        where not s.settled and not exists
          (select from ${ours}.definition d where d.name = s.saga and d.version = s.version)) as undeclared,
      (select coalesce(jsonb_agg(x), '[]') from (
        select queue, count(*)::float8 as rows, ${age('min(created_at)')} as "ageMs" from ${ours}.outbox
        where status = 'pending' and delivery is not null
        group by queue having ${age('min(created_at)')} > $1 order by queue) x) as "silentQueues",
      (select count(*)::float8 from ${ours}.outbox where status = 'leased' and ${age('due_at')} > $2) as "overdueLeases",
      (select count(*)::float8 from ${ours}.inbox where status = 'pending') as "pendingMessages",
      (select coalesce(${age('min(received_at)')}, 0) from ${ours}.inbox where status = 'pending') as "pendingMessagesMs"`,
    [SILENT_MS, LOST_LEASE_MS],
  );
  if (!facts) throw new Error('the tables could not be read');
  return facts;
}
