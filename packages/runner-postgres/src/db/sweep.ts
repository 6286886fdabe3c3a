import { rowId } from '../ports/row-id.js';
import type { Store, Sweep, SweepRequest } from '../ports/store.js';
import type { PgBossQueue } from '../queue/pg-boss-queue.js';
import { LOST_AFTER_MS, REDELIVER_MS } from '../timing.js';
import { outboxColumns } from './columns.js';
import type { Database } from './database.js';
import { lookUp, lookUpRow } from './look-up.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/**
 * Everything whose time has come, in one statement that touches nothing. Each part reads the front of a partial
 * index, so that an idle database answers from a few pages, whatever it holds.
 */
function sweepStatement({ ours, boss }: SchemaNames): string {
  const known = 'join known k on k.name = s.saga and k.version = s.version';
  return `
    with known as (select * from unnest($1::text[], $2::int[]) as k(name, version))
    select ${ours}.ms(${ours}.saga_now()) as now,
      (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from (
        select ${outboxColumns(ours, 'o')} from ${ours}.outbox o join ${ours}.saga s on ${lookUp('s.id', 'o.saga_id')} ${known}
        where o.kind = 'timer' and o.status in ('pending', 'leased', 'awaiting') and o.due_at <= ${ours}.saga_now()
        order by o.due_at limit $4
      ) t) as timers,
      (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ((
        select ${outboxColumns(ours, 'o')}, s.saga, s.version
        from ${ours}.outbox o join ${ours}.saga s on ${lookUp('s.id', 'o.saga_id')} ${known}
        where o.kind = 'step' and o.status in ('pending', 'leased', 'awaiting') and o.due_at <= ${ours}.saga_now()
        order by o.due_at limit $4
      ) union all (
        select ${outboxColumns(ours, 'o')}, s.saga, s.version
        from ${ours}.outbox o join ${ours}.saga s on ${lookUp('s.id', 'o.saga_id')}
        where o.kind = 'publish' and o.status in ('pending', 'leased', 'awaiting') and o.due_at <= ${ours}.saga_now()
        order by o.due_at limit $4
      ) union all (
        select ${outboxColumns(ours, 'o')}, s.saga, s.version
        from (${oldestSent(ours, 'step')} union all ${oldestSent(ours, 'publish')}) sent
        join ${ours}.outbox o on ${lookUp('o.saga_id', 'sent.saga_id')} and ${lookUp('o.key', 'sent.key')}
        join ${ours}.saga s on ${lookUp('s.id', 'o.saga_id')} left join known k on k.name = s.saga and k.version = s.version
        where (o.kind = 'publish' or k.name is not null)
          and not exists (select from ${boss}.job j where j.name = o.queue and j.id = o.delivery and j.state < 'active')
      )) r) as rows,
      (select coalesce(jsonb_agg(to_jsonb(i)), '[]') from (
        select i.saga_id as "sagaId", i.message_id as "messageId" from ${ours}.inbox i
        left join ${ours}.saga s on ${lookUp('s.id', 'i.saga_id')} left join known k on k.name = s.saga and k.version = s.version
        where i.status = 'pending'
          and (k.name is not null or s.id is null and i.event->>'type' = any($5::text[]))
        order by i.received_at limit $4
      ) i) as inbox,
      (select coalesce(jsonb_agg(q), '[]') from unnest($3::text[]) q where exists (
        select from ${ours}.outbox o where o.queue = q and o.status = 'pending' and o.delivery is not null
      )) as queues`;
}

/**
 * The rows whose wake-ups were sent longest ago, as far as they aren't taken. A wake-up is taken in the transaction
 * that leases its row, and sent in the one that writes it: a row that still waits for one which doesn't wait any more
 * has lost it, whatever the reason. Such rows stay in front of a backlog, however long that is.
 */
function oldestSent(ours: string, kind: 'step' | 'publish'): string {
  return `(select o.saga_id, o.key from ${ours}.outbox o
    where o.kind = '${kind}' and o.status in ('pending', 'leased', 'awaiting') and o.due_at > ${ours}.saga_now()
      and o.due_at < ${ours}.saga_now() + ${REDELIVER_MS - LOST_AFTER_MS} * interval '1 ms'
      and o.status = 'pending' and o.delivery is not null and o.queue is not null
    order by o.due_at limit $4)`;
}

/** Finds what is due. @see Store.sweep */
export async function sweep(session: Session, names: SchemaNames, request: SweepRequest): Promise<Sweep> {
  const [found] = await session.query<Sweep>(sweepStatement(names), [
    request.known.map(({ name }) => name),
    request.known.map(({ version }) => version),
    request.queues,
    request.limit,
    request.eventTypes,
  ]);
  if (!found) throw new Error('the sweep gave no answer');
  return found;
}

/**
 * Sends new wake-ups for rows that are still as the sweep saw them: of two processes that sweep at once, one does
 * it. Rows that somebody has locked are left to the next sweep: a worker that was suspended in the middle of a
 * transaction must hold up nobody's work but what it holds itself. What was out for a row before is removed, so that
 * a backlog doesn't multiply, and only after the commit: whoever has just fetched such a job has it locked, and wants
 * the row.
 */
export async function redeliver(
  database: Database,
  queue: PgBossQueue,
  rows: Parameters<Store['redeliver']>[0],
): Promise<readonly string[]> {
  await queue.declare(rows.flatMap(({ row }) => row.queue ?? []));
  const deliveries = await database.transaction(async (session) => {
    const sent = await markRedelivered(session, database.names, rows);
    const fresh = rows
      .filter(({ row }) => sent.has(rowId(row.sagaId, row.key)))
      .flatMap(({ row, delivery }) =>
        row.queue === null
          ? []
          : [{ queue: row.queue, sagaId: row.sagaId, key: row.key, delivery, replaces: row.delivery }],
      );
    await queue.insert(
      session,
      fresh.map((one) => ({ ...one, replaces: null })),
    );
    return fresh;
  });
  void queue.removeReplaced(deliveries);
  return [...new Set(deliveries.map(({ queue: name }) => name))];
}

async function markRedelivered(
  session: Session,
  { ours }: SchemaNames,
  rows: Parameters<Store['redeliver']>[0],
): Promise<ReadonlySet<string>> {
  const marked = await session.query<{ sagaId: string; key: string }>(
    `with free as (
       select o.saga_id, o.key, x.next, x."againInMs", x.final from ${ours}.outbox o
       join jsonb_to_recordset($1::jsonb) as x("sagaId" text, key text, status text, lease uuid, delivery uuid,
         next uuid, "againInMs" float8, final boolean) on ${lookUpRow('o', 'x')}
       -- One that waits, and isn't due, is here because its wake-up was lost.
       where o.status = x.status and (o.due_at <= ${ours}.saga_now() or o.status = 'pending' and o.delivery is not null)
         and o.lease is not distinct from x.lease and o.delivery is not distinct from x.delivery
       for no key update of o skip locked
     )
     update ${ours}.outbox o set
       status = 'pending',
       delivery = f.next,
       -- Left since it was seen: nobody takes its wake-up, the next sweep answers for it.
       due_at = ${ours}.saga_now() + case when o."left" then 0 else f."againInMs" end * interval '1 ms',
       deadline_at = case when f.final then least(o.deadline_at, ${ours}.saga_now()) else o.deadline_at end
     from free f where ${lookUp('o.saga_id', 'f.saga_id')} and ${lookUp('o.key', 'f.key')}
     returning o.saga_id as "sagaId", o.key`,
    [
      JSON.stringify(
        rows.map(({ row: { sagaId, key, status, lease, delivery }, delivery: next, againInMs, final }) => ({
          ...{ sagaId, key, status, lease, delivery },
          ...{ next, againInMs, final },
        })),
      ),
    ],
  );
  return new Set(marked.map(({ sagaId, key }) => rowId(sagaId, key)));
}

/** Early events: those that waited too long are recorded as ignored, and those whose saga exists are offered to it. */
export async function expireEarly(session: Session, { ours }: SchemaNames): Promise<number> {
  const [counted] = await session.query<{ count: number }>(
    `with expired as (
       update ${ours}.inbox set status = 'ignored', reason = 'EXPIRED', event = null
       where status = 'early' and expires_at <= ${ours}.saga_now() returning 1
     ),
     matched as (
       update ${ours}.inbox i set status = 'pending'
       where i.status = 'early' and i.expires_at > ${ours}.saga_now()
         and exists (select from ${ours}.saga s where s.id = i.saga_id)
     )
     select count(*)::float8 as count from expired`,
  );
  return counted?.count ?? 0;
}
