import type { OutboxRow, PublishOrder } from '../ports/outbox-rows.js';
import { rowId } from '../ports/row-id.js';
import { outboxColumns } from './columns.js';
import { lookUp } from './look-up.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** What the order of published events depends on; needs the transaction that holds the sagas' locks. */
export async function readPublishOrder(
  session: Session,
  { ours }: SchemaNames,
  request: {
    readonly types: readonly string[];
    readonly sagaIds: readonly string[];
    readonly settled: readonly { readonly sagaId: string; readonly subscription: string }[];
  },
): Promise<PublishOrder> {
  const parts = await session.query<Part>(
    `select 'subscription' as part, to_json(s) as body from (
       select event_type as type, name from ${ours}.subscription where event_type = any($1::text[]) order by name
     ) s
     union all
     select 'blocked', to_json(b) from (
       select distinct saga_id as "sagaId", id as subscription from ${ours}.outbox
       where saga_id = any($2::text[]) and kind = 'publish' and status in ('pending', 'leased')
     ) b
     union all
     select 'next', to_json(n) from (
       select distinct on (o.saga_id, o.id) ${outboxColumns(ours, 'o')} from ${ours}.outbox o
       join jsonb_to_recordset($3::jsonb) as x("sagaId" text, subscription text)
         on ${lookUp('o.saga_id', 'x."sagaId"')} and o.id = x.subscription
       where o.kind = 'publish' and o.status = 'pending' and o.due_at is null
       order by o.saga_id, o.id, o.visit
     ) n`,
    [request.types, request.sagaIds, JSON.stringify(request.settled)],
  );
  const subscriptions = new Map<string, string[]>();
  const blocked = new Set<string>();
  const next: OutboxRow[] = [];
  for (const { part, body } of parts) {
    if (part === 'next') next.push(body);
    else if (part === 'blocked') blocked.add(rowId(body.sagaId, body.subscription));
    else subscriptions.set(body.type, [...(subscriptions.get(body.type) ?? []), body.name]);
  }
  return { subscriptions, blocked, next };
}

type Part =
  | { readonly part: 'subscription'; readonly body: { readonly type: string; readonly name: string } }
  | { readonly part: 'blocked'; readonly body: { readonly sagaId: string; readonly subscription: string } }
  | { readonly part: 'next'; readonly body: OutboxRow };

/** Stores subscriptions; from the next published event on, each gets every event of its type. */
export async function addSubscriptions(
  session: Session,
  { ours }: SchemaNames,
  subscriptions: readonly { readonly eventType: string; readonly name: string }[],
): Promise<void> {
  await session.query(
    `insert into ${ours}.subscription (event_type, name, created_at)
     select "eventType", name, ${ours}.saga_now() from jsonb_to_recordset($1::jsonb) as x("eventType" text, name text)
     on conflict do nothing`,
    [JSON.stringify(subscriptions)],
  );
}
