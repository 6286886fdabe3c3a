import type { InboxWrite } from '../ports/inbox-rows.js';
import { notify } from './save-moves.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/**
 * Takes a message into the inbox within the caller's transaction, and nothing else: no lock is taken, so that a
 * transaction which stays open holds up nobody. Workers are told when it commits. Says whether it is new.
 */
export async function acceptMessage(
  session: Session,
  names: SchemaNames,
  message: Pick<InboxWrite, 'sagaId' | 'messageId' | 'event' | 'actor' | 'nonce' | 'traceparent'>,
  notice: string,
): Promise<boolean> {
  const { sagaId, messageId, event, actor, nonce, traceparent = null } = message;
  const added = await session.query(
    `insert into ${names.ours}.inbox (saga_id, message_id, status, event, actor, nonce, traceparent, received_at)
     values ($1, $2, 'pending', $3, $4, $5, $6, ${names.ours}.saga_now())
     on conflict do nothing returning 1 as added`,
    [sagaId, messageId, JSON.stringify(event), actor, nonce, traceparent],
  );
  if (added.length > 0) await notify(session, names, [notice]);
  return added.length > 0;
}
