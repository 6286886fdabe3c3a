import type { Envelope, HistoryEntry, SagaStatus } from '@countermand/saga-core';
import { type Kysely, sql } from 'kysely';
import type { CheckoutTables } from '../db/tables.ts';

/** A row of the outbox that matters to an audit. Times are milliseconds since the epoch. */
export interface OutboxRow {
  readonly key: string;
  readonly kind: string;
  readonly status: string;
  readonly dueAt: number | null;
  readonly stuck: boolean;
}

/** A message that a saga was sent. */
interface InboxMessage {
  readonly sagaId: string;
  readonly messageId: string;
  readonly status: string;
  readonly receivedAt: number;
}

/** A saga as its rows tell it. */
export interface SagaRows {
  readonly name: string;
  readonly version: number;
  readonly status: SagaStatus;
  readonly error: string | null;
  readonly envelope: Envelope;
  /** Of the newest change in any of its rows. */
  readonly changedAt: number;
  readonly history: readonly HistoryEntry[];
  readonly outbox: readonly OutboxRow[];
}

/** An order, and the saga that stands where it stands. */
export interface OrderRows {
  readonly id: string;
  readonly price: number;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly createdAt: number;
  readonly saga: SagaRows | undefined;
}

/** Everything that is stored here, as of one moment. */
export interface OwnRows {
  /** Database time. */
  readonly now: number;
  readonly orders: readonly OrderRows[];
  readonly inbox: readonly InboxMessage[];
  /** What a 201 has promised. */
  readonly promisedOrderIds: readonly string[];
}

/**
 * Reads the tables themselves, the runner's too, in one snapshot: an audit must not trust the code that it audits,
 * and must see a row that somebody has changed.
 */
export async function readOwnRows(db: Kysely<CheckoutTables>, schema: string): Promise<OwnRows> {
  const table = (name: string) => sql.table(`${schema}.${name}`);
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const [clock] = (await sql<{ now: number }>`select ${ms('now()')} as now`.execute(tx)).rows;
      const { rows: orders } = await sql<Omit<OrderRows, 'saga'> & { saga: SagaRows | null }>`
        select o.id, o.total_amount::float8 as price, o.items, ${ms('o.created_at')} as "createdAt",
          case when s.id is not null then jsonb_build_object(
            'name', s.saga, 'version', s.version, 'status', s.status, 'error', s.error,
            'envelope', ${table('unpacked_envelope')}(s.id, s.saga, s.version, s.fingerprint, s.envelope),
            'changedAt', greatest(${ms('s.updated_at')}, x.settled_at), 'history', h.entries, 'outbox', x.rows
          ) end as saga
        from checkout.orders o
        left join ${table('saga')} s on s.id = o.id
        left join lateral (
          select coalesce(jsonb_agg(jsonb_build_object('seq', h.seq, 'at', ${ms('h.at')}, 'event', h.event,
            'outcome', h.outcome, 'from', h."from", 'to', h."to", 'actor', h.actor, 'cause', h.cause
          ) order by h.seq), '[]') as entries
          from ${table('history')} h where h.saga_id = o.id
        ) h on true
        left join lateral (
          select max(${ms('x.settled_at')}) as settled_at,
            coalesce(jsonb_agg(jsonb_build_object('key', x.key, 'kind', x.kind, 'status', x.status,
              'dueAt', ${ms('x.due_at')}, 'stuck', x.stuck)), '[]') as rows
          from ${table('outbox')} x where x.saga_id = o.id
        ) x on true
        order by o.created_at`.execute(tx);
      const { rows: inbox } = await sql<InboxMessage>`
        select saga_id as "sagaId", message_id as "messageId", status, ${ms('received_at')} as "receivedAt"
        from ${table('inbox')}`.execute(tx);
      const promised = await tx.selectFrom('checkout.idempotency').select('order_id').execute();
      return {
        now: clock?.now ?? 0,
        orders: orders.map((order) => ({ ...order, saga: order.saga ?? undefined })),
        inbox,
        promisedOrderIds: promised.map(({ order_id }) => order_id),
      };
    });
}

/** A time as whole milliseconds since the epoch, cut as the runner cuts its own. The text is ours, never a caller's. */
function ms(expression: string) {
  return sql.raw<number>(`floor(extract(epoch from ${expression}) * 1000)::float8`);
}
