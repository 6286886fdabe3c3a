import type { Backlog } from '../ports/telemetry.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** The rows that something is still to be done with. */
const UNSETTLED = `('pending', 'leased', 'awaiting')`;

/**
 * Counts what waits, for metrics. Other sessions' snapshots show only to a role that may see them (`pg_monitor`, or
 * the same role); one's own always do.
 */
export async function readBacklog(session: Session, { ours }: SchemaNames): Promise<Backlog> {
  const [sagas, outbox, inbox, ages] = await Promise.all([
    session.query<Backlog['sagas'][number]>(
      `select saga, status, count(*)::float8 as count from ${ours}.saga group by saga, status order by saga, status`,
    ),
    session.query<Backlog['outbox'][number]>(
      `select kind, status, count(*)::float8 as count from ${ours}.outbox
       where status in ${UNSETTLED} group by kind, status order by kind, status`,
    ),
    session.query<Backlog['inbox'][number]>(
      `select status, count(*)::float8 as count from ${ours}.inbox
       where status in ('pending', 'early', 'stuck') group by status`,
    ),
    session.query<Omit<Backlog, 'sagas' | 'outbox' | 'inbox'>>(agesStatement(ours)),
  ]);
  const [first] = ages;
  if (!first) throw new Error('the ages could not be read');
  return { sagas, outbox, inbox, ...first };
}

/** A row that is out for a wake-up waits since it was made; any other since it was due. */
function agesStatement(ours: string): string {
  const msSince = (at: string) =>
    `greatest(0, extract(epoch from ${ours}.saga_now() - ${at}) * 1000)::float8`;
  return `
    select
      coalesce((select ${msSince('min(at)')} from (
        select min(due_at) as at from ${ours}.outbox
        where status in ${UNSETTLED} and kind in ('step', 'publish') and due_at < ${ours}.saga_now()
        union all
        select min(created_at) from ${ours}.outbox
        where status = 'pending' and delivery is not null and attempt = 0
      ) waiting), 0) as "outboxLagMs",
      coalesce((select ${msSince('min(due_at)')} from ${ours}.outbox
        where status = 'pending' and kind = 'timer' and due_at < ${ours}.saga_now()), 0) as "timerLagMs",
      coalesce((select max(age) from (
        select max(age(backend_xmin)) as age from pg_stat_activity where backend_xmin is not null
        union all select max(age(xmin)) from pg_replication_slots where xmin is not null
        union all select max(age(transaction)) from pg_prepared_xacts
      ) held), 0)::float8 as "oldestXminAge",
      coalesce((select extract(epoch from now() - min(xact_start)) * 1000 from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend'), 0)::float8 as "oldestTransactionMs"`;
}
