import { type Kysely, sql, type Transaction } from 'kysely';
import type { Principal } from '../http/principal.ts';
import type { CheckoutTables, StoredAddress, StoredItem } from './tables.ts';

/** What is stored of an order. */
export interface StoredOrder {
  readonly id: string;
  readonly customerId: string;
  readonly items: readonly StoredItem[];
  readonly total: { readonly amount: number; readonly currency: string };
  readonly createdAt: Date;
  /** Why its customer cancelled it, in their own words. */
  readonly cancelReason?: string;
}

/** A new order's row. */
export interface NewOrder extends Omit<StoredOrder, 'createdAt' | 'cancelReason'> {
  readonly shippingAddress: StoredAddress;
  readonly shippingMethod: string;
}

type Db = Kysely<CheckoutTables>;

export async function insertOrder(tx: Transaction<CheckoutTables>, order: NewOrder): Promise<void> {
  await tx
    .insertInto('checkout.orders')
    .values({
      id: order.id,
      customer_id: order.customerId,
      items: JSON.stringify(order.items),
      total_amount: order.total.amount,
      total_currency: order.total.currency,
      shipping_address: JSON.stringify(order.shippingAddress),
      shipping_method: order.shippingMethod,
    })
    .execute();
}

/** The order, if the principal may see it. */
export async function findOrder(db: Db, id: string, principal: Principal): Promise<StoredOrder | undefined> {
  const [order] = await findOrders(db, [id], principal);
  return order;
}

/** Those of the orders that the principal may see, in no order. */
export async function findOrders(
  db: Db,
  ids: readonly string[],
  principal: Principal,
): Promise<readonly StoredOrder[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('checkout.orders')
    .select(['id', 'customer_id', 'items', 'total_amount', 'total_currency', 'created_at', 'cancel_reason'])
    .where('id', 'in', ids)
    .$if(principal.role === 'customer', (query) =>
      query.where('customer_id', '=', principal.role === 'customer' ? principal.customerId : ''),
    )
    .execute();
  return rows.map((row) => ({
    id: row.id,
    customerId: row.customer_id,
    items: row.items,
    total: { amount: Number(row.total_amount), currency: row.total_currency },
    createdAt: row.created_at,
    ...(row.cancel_reason !== null && { cancelReason: row.cancel_reason }),
  }));
}

/** Where an order goes, for the checks. */
export async function findAddress(db: Db, id: string): Promise<StoredAddress | undefined> {
  const row = await db
    .selectFrom('checkout.orders')
    .select('shipping_address')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.shipping_address ?? undefined;
}

/** Keeps why a customer has cancelled an order. */
export async function saveCancelReason(db: Db, id: string, reason: string): Promise<void> {
  await db.updateTable('checkout.orders').set({ cancel_reason: reason }).where('id', '=', id).execute();
}

/** How many open orders the customer has; counting ends at the limit. */
export async function countOpenOrders(db: Db, customerId: string, limit: number): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select count(*)::int as open from (
      select from checkout.orders where customer_id = ${customerId} and closed_at is null limit ${limit}
    ) counted`.execute(db);
  return rows[0]?.open ?? 0;
}

/** Marks an order whose end was reached; again changes nothing. */
export async function closeOrder(db: Db, id: string): Promise<void> {
  await db
    .updateTable('checkout.orders')
    .set({ closed_at: new Date() })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .execute();
}
