import type { UndeliveredEvent } from '../inspection.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** As many as people look through. */
const MOST = 200;

/** The published events of a saga that a subscription has still to take: by subscription, in their order. */
export async function findUndelivered(
  session: Session,
  { ours }: SchemaNames,
  sagaId: string,
): Promise<readonly UndeliveredEvent[]> {
  const rows = await session.query<{ readonly event: UndeliveredEvent }>(
    `select jsonb_strip_nulls(jsonb_build_object('subscription', o.id, 'type', o.step, 'sequence', o.visit,
       'attempts', o.attempt, 'publishedAt', ${ours}.ms(o.created_at), 'error', o.last_error)) as event
     from ${ours}.outbox o
     where o.saga_id = $1 and o.kind = 'publish' and o.status in ('pending', 'leased', 'awaiting')
     order by o.id, o.visit limit ${MOST}`,
    [sagaId],
  );
  return rows.map(({ event }) => event);
}
