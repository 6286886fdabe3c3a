import type { NewOrder, StoredOrder } from '../checkout.ts';
import type { OrdersDatabase } from './open-orders.ts';

/** What became of an order that was to be stored. */
export type StoreResult =
  | { readonly orderId: string }
  | { readonly refusal: 'cancelled' | 'another order has this payment' };

/**
 * Stores an order and its items in one transaction. The payment's id makes it unique: the same order again is the
 * same order, also where two come at once.
 */
export async function storeOrder(db: OrdersDatabase, order: NewOrder): Promise<StoreResult> {
  return await db.transaction().execute(async (tx): Promise<StoreResult> => {
    const { items, paymentId, userId, cartId, status, totalAmount, shippingAddressId, currencyCode } = order;
    const inserted = await tx
      .insertInto('orders')
      .values({
        payment_id: paymentId,
        user_id: userId,
        cart_id: cartId,
        status,
        total_amount: totalAmount,
        shipping_address_id: shippingAddressId,
        currency_code: currencyCode,
        created_at: order.createdAt,
        updated_at: order.updatedAt,
      })
      .onConflict((conflict) => conflict.column('payment_id').doNothing())
      .returning('order_id')
      .executeTakeFirst();
    if (!inserted) return await answerAgain(tx, order);
    const orderId = inserted.order_id;
    await tx
      .insertInto('order_items')
      .values(
        items.map(({ variantId, productId, name, quantity, unitPrice }, position) => ({
          ...{ order_id: orderId, position, variant_id: variantId, product_id: productId },
          ...{ name, quantity, unit_price: unitPrice },
        })),
      )
      .execute();
    return { orderId };
  });
}

/** Everything but the times must be the same: those are of the first request. */
async function answerAgain(db: OrdersDatabase, order: NewOrder): Promise<StoreResult> {
  const stored = await findOrder(db, order.paymentId);
  if (!stored || stored.status === 'CANCELLED') return { refusal: 'cancelled' };
  const { orderId, createdAt: _createdAt, updatedAt: _updatedAt, ...known } = stored;
  const { createdAt: _asked, updatedAt: _askedToo, ...asked } = order;
  const isSame = canonical(known) === canonical(asked);
  return isSame ? { orderId } : { refusal: 'another order has this payment' };
}

/**
 * Cancels the order of a payment. Where there is none yet a cancelled one is left, so that an order which comes late
 * finds itself cancelled.
 *
 * @returns the order's id; empty where there was none
 */
export async function cancelOrder(db: OrdersDatabase, paymentId: string): Promise<string> {
  return await db.transaction().execute(async (tx) => {
    const now = new Date().toISOString();
    const nothing = { user_id: '', cart_id: '', total_amount: 0, shipping_address_id: '', currency_code: '' };
    const left = await tx
      .insertInto('orders')
      .values({ payment_id: paymentId, status: 'CANCELLED', ...nothing, created_at: now, updated_at: now })
      .onConflict((conflict) => conflict.column('payment_id').doNothing())
      .returning('order_id')
      .executeTakeFirst();
    if (left) return '';
    const cancelled = await tx
      .updateTable('orders')
      .set({ status: 'CANCELLED', updated_at: now })
      .where('payment_id', '=', paymentId)
      .returning(['order_id', 'user_id'])
      .executeTakeFirstOrThrow();
    return cancelled.user_id === '' ? '' : cancelled.order_id;
  });
}

/** The order of a payment. */
export async function findOrder(db: OrdersDatabase, paymentId: string): Promise<StoredOrder | undefined> {
  const order = await db
    .selectFrom('orders')
    .selectAll()
    .where('payment_id', '=', paymentId)
    .executeTakeFirst();
  if (!order) return undefined;
  const items = await db
    .selectFrom('order_items')
    .selectAll()
    .where('order_id', '=', order.order_id)
    .orderBy('position')
    .execute();
  return {
    orderId: order.order_id,
    userId: order.user_id,
    cartId: order.cart_id,
    items: items.map((item) => ({
      variantId: item.variant_id,
      productId: item.product_id,
      name: item.name,
      quantity: item.quantity,
      unitPrice: Number(item.unit_price),
    })),
    status: order.status === 'CANCELLED' ? 'CANCELLED' : 'CREATED',
    paymentId: order.payment_id,
    createdAt: new Date(order.created_at).toISOString(),
    updatedAt: new Date(order.updated_at).toISOString(),
    totalAmount: Number(order.total_amount),
    shippingAddressId: order.shipping_address_id,
    currencyCode: order.currency_code,
  };
}

/** One text for equal orders, whatever the order of their fields. */
function canonical({ items, ...order }: Omit<NewOrder, 'createdAt' | 'updatedAt'>): string {
  const sorted = (value: object) => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted(order), items.map(sorted)]);
}
