import type { Database } from './database.js';
import { unpackedEnvelope } from './packed-envelope.js';
import type { SchemaNames } from './schema-name.js';

/** How far a walk through the sagas, oldest first, has come. */
export interface Walked {
  /** Where it goes on; `undefined` at its end. */
  readonly next: Position | undefined;
  readonly deleted: number;
}

/** The last saga that was looked at. */
export interface Position {
  readonly createdAt: string;
  readonly id: string;
}

/**
 * Looks at the next oldest sagas, and deletes those which have been finished for that long, with all of their rows:
 * history, inbox with its keys, outbox. One transaction, whose size is bounded.
 *
 * Finished: at rest with nothing open that the end doesn't keep, not parked, no step or timer or published event
 * unsettled, no message that waits. What somebody has locked is left to the next time.
 */
export async function deleteFinished(
  database: Database,
  { olderThanMs, from, limit }: { olderThanMs: number; from: Position | undefined; limit: number },
): Promise<Walked> {
  const [walked] = await database.transaction((session) =>
    session.query<{ deleted: number; looked: number; createdAt: string | null; id: string | null }>(
      deleteStatement(database.names),
      [olderThanMs, from?.createdAt ?? '-infinity', from?.id ?? '', limit],
    ),
  );
  const { deleted = 0, looked = 0, createdAt = null, id = null } = walked ?? {};
  const isEnd = looked < limit || createdAt === null || id === null;
  return { deleted, next: isEnd ? undefined : { createdAt, id } };
}

function deleteStatement({ ours }: SchemaNames): string {
  const rows = (table: string) =>
    `${table}_gone as (delete from ${ours}.${table} x where x.saga_id = any(array(select id from old)))`;
  const envelope = unpackedEnvelope(ours, 's');
  return `
    with cutoff as materialized (select ${ours}.saga_now() - $1::float8 * interval '1 ms' as at),
    looked as materialized (
      select s.id, s.created_at from ${ours}.saga s
      where s.created_at < (select at from cutoff) and (s.created_at, s.id) > ($2::timestamptz, $3::text)
      order by s.created_at, s.id limit $4
    ),
    old as materialized (
      select s.id from ${ours}.saga s
      where s.id = any(array(select id from looked)) and s.settled and s.updated_at < (select at from cutoff)
        and json_array_length(${envelope}->'deferred') = 0 and json_array_length(${envelope}->'kept') = 0
        and not exists (select from ${ours}.outbox o
          where o.saga_id = s.id and o.status in ('pending', 'leased', 'awaiting', 'parked'))
        and not exists (select from ${ours}.inbox i
          where i.saga_id = s.id and i.status in ('pending', 'early', 'stuck'))
      order by s.id for update of s skip locked
    ),
    ${['outbox', 'inbox', 'history'].map(rows).join(', ')},
    gone as (delete from ${ours}.saga s where s.id = any(array(select id from old)) returning 1)
    select (select count(*)::int from gone) as deleted, (select count(*)::int from looked) as looked,
      l.created_at::text as "createdAt", l.id
    from (select 1) one left join (select * from looked order by created_at desc, id desc limit 1) l on true`;
}
