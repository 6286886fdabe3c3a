import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresRunner } from '@countermand/runner-postgres';
import type { OrderSaga } from '@countermand/saga-core/order';
import type { Kysely, Transaction } from 'kysely';
import { lockCustomer } from '../db/customers.ts';
import {
  findAnswer,
  insertAnswer,
  type KeptAnswer,
  lockRequest,
  type RequestKey,
} from '../db/idempotency.ts';
import { countOpenOrders, insertOrder } from '../db/orders.ts';
import { insertTokens } from '../db/payment-tokens.ts';
import type { CheckoutTables } from '../db/tables.ts';
import { Problem } from '../http/problem.ts';
import type { CatalogReader } from './catalog.ts';
import { type NewOrderBody, type PricedOrder, priceOrder } from './price-order.ts';
import type { UnderWay } from './under-way.ts';

const WAIT_MS = 5_000;
const POLL_MS = 25;
const POLL_AT_MOST_MS = 400;

/** What placing an order works with. */
export interface PlaceOrderContext {
  readonly db: Kysely<CheckoutTables>;
  readonly runner: PostgresRunner;
  readonly saga: OrderSaga;
  readonly catalog: CatalogReader;
  readonly maxOpenOrders: number;
  /** Requests that this process is at. */
  readonly underWay: UnderWay;
  readonly assertToken: (token: string) => void;
  readonly invalidCoupon: 'continue' | 'fail';
}

/** One request to place an order. */
export interface PlaceOrder {
  readonly customerId: string;
  readonly idempotencyKey: string;
  readonly body: NewOrderBody;
  /** W3C trace context of the request. */
  readonly traceparent?: string;
}

/** The answer of a placed order: the same bytes for the same request. */
export type PlacedOrder = Pick<KeptAnswer, 'response' | 'orderId'> & { readonly replayed: boolean };

/**
 * Places an order, once per idempotency key. The order's row, the answer for its key and the saga's start are one
 * transaction: there is no moment in which one of them exists without the others, and a crash leaves nothing behind.
 *
 * @throws Problem `IDEMPOTENCY_KEY_REUSED`, `REQUEST_IN_PROGRESS`, `TOO_MANY_OPEN_ORDERS`, and those of pricing
 */
export async function placeOrder(context: PlaceOrderContext, order: PlaceOrder): Promise<PlacedOrder> {
  const request = {
    principal: `customer:${order.customerId}`,
    route: 'POST /api/orders',
    key: order.idempotencyKey,
  };
  const bodyHash = createHash('sha256').update(JSON.stringify(order.body)).digest('hex');
  const name = JSON.stringify(request);
  const { db, underWay } = context;
  const endsAt = performance.now() + WAIT_MS;
  let waitMs = POLL_MS;
  do {
    // Fifty that look again all the time would keep the one that works from its work.
    if (underWay.has(name)) await underWay.ended(name, Math.max(0, endsAt - performance.now()));
    const known = await findAnswer(db, request);
    if (known) return replay(known, bodyHash);
    const priced = priceOrder(order.body, await context.catalog.read(), context.assertToken);
    if (underWay.has(name)) continue;
    const placed = await underWay.run(name, () =>
      db.transaction().execute((tx) => placeOnce(context, tx, { order, request, bodyHash, priced })),
    );
    if (placed) return placed;
    // Another process has its lock: it is looked at again until that has committed.
    await pause(waitMs);
    waitMs = Math.min(2 * waitMs, POLL_AT_MOST_MS);
  } while (performance.now() < endsAt);
  throw new Problem(
    'REQUEST_IN_PROGRESS',
    'A request with this Idempotency-Key is still being worked on; try again.',
  );
}

interface Placing {
  readonly order: PlaceOrder;
  readonly request: RequestKey;
  readonly bodyHash: string;
  readonly priced: PricedOrder;
}

async function placeOnce(
  context: PlaceOrderContext,
  tx: Transaction<CheckoutTables>,
  { order, request, bodyHash, priced }: Placing,
): Promise<PlacedOrder | undefined> {
  if (!(await lockRequest(tx, request))) return undefined;
  const known = await findAnswer(tx, request);
  if (known) return replay(known, bodyHash);

  const { customerId, body, traceparent } = order;
  await assertMayOrder(tx, customerId, context.maxOpenOrders);
  const id = randomUUID();
  const { items, total, payments } = priced;
  const { shippingAddress, shippingMethod = 'standard' } = body;
  await insertTokens(
    tx,
    id,
    payments.map(({ token }) => token),
  );
  await insertOrder(tx, { id, customerId, items, total, shippingAddress, shippingMethod });
  const answer = { success: true, order_id: id, saga_id: id, status: 'CREATED', total };
  const response = JSON.stringify(answer);
  await insertAnswer(tx, request, { bodyHash, response, orderId: id });
  const lines = items.map(({ sku, quantity }) => ({ sku, quantity }));
  await context.runner.start(
    context.saga,
    {
      ...{ orderId: id, customerId, items: lines, total },
      // Tokens stay in a table of their own: a saga's history is for ever.
      payments: payments.map(({ method, amount }) => ({ method, amount })),
      coupons: body.coupons ?? [],
      invalidCoupon: context.invalidCoupon,
    },
    { id, actor: `customer:${customerId}`, tx, ...(traceparent !== undefined && { traceparent }) },
  );
  return { response, orderId: id, replayed: false };
}

/** So many orders of one customer are hardly placed at the same moment. */
const NEAR_LIMIT = 100;

async function assertMayOrder(
  tx: Transaction<CheckoutTables>,
  customerId: string,
  maxOpenOrders: number,
): Promise<void> {
  const isNear = (await countOpenOrders(tx, customerId, maxOpenOrders)) + NEAR_LIMIT > maxOpenOrders;
  if (!(await lockCustomer(tx, customerId, { alone: isNear })))
    throw new Problem('UNAVAILABLE', 'The customer has just been forgotten.');
  // Only counted for certain where nobody else places one at the same time.
  if (isNear && (await countOpenOrders(tx, customerId, maxOpenOrders)) >= maxOpenOrders) {
    throw new Problem(
      'TOO_MANY_OPEN_ORDERS',
      `You have ${maxOpenOrders} open orders; wait until one is over.`,
    );
  }
}

function replay(known: KeptAnswer, bodyHash: string): PlacedOrder {
  if (known.bodyHash !== bodyHash) {
    throw new Problem(
      'IDEMPOTENCY_KEY_REUSED',
      'This Idempotency-Key was used with another body; use a new one.',
    );
  }
  return { response: known.response, orderId: known.orderId, replayed: true };
}
