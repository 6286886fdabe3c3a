import type { Database } from './database.js';
import type { SchemaNames } from './schema-name.js';

/** How far a walk through the messages has come. */
export interface WalkedMessages {
  /** Where it goes on; `undefined` at its end. */
  readonly next: MessagePlace | undefined;
  readonly deleted: number;
}

/** The last message that was looked at. */
export interface MessagePlace {
  readonly sagaId: string;
  readonly messageId: string;
}

/**
 * Looks at the next messages, in the order of their keys, and deletes those which came that long ago for sagas that there
 * aren't, and for which nobody waits any more: they expired, or nothing could be done with them. One transaction, whose
 * size is bounded.
 */
export async function deleteUnclaimed(
  database: Database,
  { olderThanMs, from, limit }: { olderThanMs: number; from: MessagePlace | undefined; limit: number },
): Promise<WalkedMessages> {
  const [walked] = await database.transaction((session) =>
    session.query<{ deleted: number; looked: number; sagaId: string | null; messageId: string | null }>(
      deleteStatement(database.names),
      [olderThanMs, from?.sagaId ?? '', from?.messageId ?? '', limit],
    ),
  );
  const { deleted = 0, looked = 0, sagaId = null, messageId = null } = walked ?? {};
  const isEnd = looked < limit || sagaId === null || messageId === null;
  return { deleted, next: isEnd ? undefined : { sagaId, messageId } };
}

function deleteStatement({ ours }: SchemaNames): string {
  return `
    with looked as materialized (
      select i.saga_id, i.message_id, i.status, i.received_at from ${ours}.inbox i
      where (i.saga_id, i.message_id) > ($2::text, $3::text) order by i.saga_id, i.message_id limit $4
    ),
    gone as (
      delete from ${ours}.inbox i using looked l
      where i.saga_id = l.saga_id and i.message_id = l.message_id and i.status = 'ignored' and l.status = 'ignored'
        and l.received_at < ${ours}.saga_now() - $1::float8 * interval '1 ms'
        and not exists (select from ${ours}.saga s where s.id = l.saga_id)
      returning 1
    )
    select (select count(*)::int from gone) as deleted, (select count(*)::int from looked) as looked,
      l.saga_id as "sagaId", l.message_id as "messageId"
    from (select 1) one
    left join (select * from looked order by saga_id desc, message_id desc limit 1) l on true`;
}
