import type { StuckWrite } from '../ports/store.js';
import type { Database } from './database.js';

/**
 * Stops a saga because of a cause that can't be saved, whatever is tried. Row and saga keep the error; nothing else
 * is touched, for it is the writing of more that fails.
 */
export async function markStuck(database: Database, write: StuckWrite): Promise<void> {
  const { ours } = database.names;
  await database.transaction(async (session) => {
    await session.query(
      `update ${ours}.saga set status = 'parked', error = $2, revision = revision + 1 where id = $1`,
      [write.sagaId, write.error],
    );
    await session.query(
      `update ${ours}.outbox set status = 'parked', stuck = true, last_error = $3, delivery = null
       where saga_id = $1 and key = $2 and status in ('pending', 'leased', 'awaiting')`,
      [write.sagaId, write.key ?? null, write.error],
    );
    await session.query(
      `update ${ours}.inbox set status = 'stuck', reason = $3
       where saga_id = $1 and message_id = $2 and status in ('pending', 'early')`,
      [write.sagaId, write.messageId ?? null, write.error],
    );
  });
}

/**
 * Lets go of what {@link markStuck} had stopped: steps are carried out again with the same key, timers and messages
 * are offered again. Says whether there was anything.
 */
export async function unstick(database: Database, sagaId: string): Promise<boolean> {
  const { ours } = database.names;
  return await database.transaction(async (session) => {
    const rows = await session.query(
      `update ${ours}.outbox set status = 'pending', stuck = false, attempt = 0, due_at = ${ours}.saga_now(),
         deadline_at = greatest(deadline_at, ${ours}.saga_now() + (deadline_at - created_at))
       where saga_id = $1 and stuck returning 1 as found`,
      [sagaId],
    );
    const messages = await session.query(
      `update ${ours}.inbox set status = 'pending', reason = null where saga_id = $1 and status = 'stuck'
       returning 1 as found`,
      [sagaId],
    );
    return rows.length + messages.length > 0;
  });
}
