import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { PostgresRunner } from '@countermand/runner-postgres';
import { SagaError, type SagaView } from '@countermand/saga-core';
import { type OrderSaga, viewOrder } from '@countermand/saga-core/order';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type pg from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import { inTransaction } from '../db/in-transaction.ts';
import { findAnswer, findOwner } from '../db/orders.ts';
import { nameOf, ORDER_NAMES, statusOf } from '../order-names.ts';
import type { Settings } from '../settings.ts';

const PRICES: Readonly<Record<string, number>> = {
  'iphone-15': 79_900,
  'usb-cable': 1_900,
  'limited-edition': 49_900,
};
const CURRENCY = 'EUR';

/** What the HTTP interface stands on. */
export interface AppParts {
  readonly runner: PostgresRunner;
  readonly saga: OrderSaga;
  readonly pool: pg.Pool;
  readonly settings: Settings;
  readonly inventoryUrl: string;
  readonly log: Logger;
  readonly isBrokerThere: () => boolean;
}

const orderBody = z.strictObject({
  items: z
    .array(z.strictObject({ sku: z.string().min(1).max(64), quantity: z.int().min(1).max(1_000) }))
    .min(1)
    .max(100),
});
const overrideBody = z.strictObject({
  status: z.string(),
  reason: z.string().min(1).max(500),
  force: z.boolean().default(false),
});
const payBody = z.strictObject({ token: z.string().max(200).default('tok_random') });
const shortage = z.object({ short: z.array(z.object({ sku: z.string() })) });

/** Who asks. */
type Principal = { readonly admin: true } | { readonly admin: false; readonly customerId: string };

/** The HTTP interface of the order service. */
export function createApp(parts: AppParts): Hono {
  const { runner, saga, pool, settings } = parts;
  const app = new Hono();
  app.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
    parts.log.error({ err: error, path: context.req.path }, 'a request failed');
    return context.json({ error: 'something went wrong here' }, 500);
  });
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const database = await pool.query('select 1').then(
      () => true,
      () => false,
    );
    const ready = { database, broker: parts.isBrokerThere(), worker: runner.isWorking };
    return context.json(ready, Object.values(ready).every(Boolean) ? 200 : 503);
  });
  app.use('/api/*', bodyLimit({ maxSize: 64 * 1024 }));
  app.post('/api/orders', async (context) => {
    const principal = principalOf(settings, context.req.header('authorization'));
    if (principal.admin) throw new HTTPException(403, { message: 'orders are placed by customers' });
    const key = context.req.header('idempotency-key') ?? '';
    if (key === '' || key.length > 255) {
      throw new HTTPException(400, { message: 'Idempotency-Key: 1 to 255 characters are needed' });
    }
    const body = parse(orderBody, await jsonOf(context.req));
    const { customerId } = principal;
    const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const known = await findAnswer(pool, customerId, key);
    if (!known) await assertStock(parts.inventoryUrl, body.items);
    const response = await inTransaction(pool, `${customerId} ${key}`, async (tx) => {
      const before = known ?? (await findAnswer(tx, customerId, key));
      if (before && before.bodyHash !== bodyHash) {
        throw new HTTPException(422, { message: 'this Idempotency-Key was used with another body' });
      }
      if (before) return before.response;
      const orderId = randomUUID();
      const total = { amount: totalOf(body.items), currency: CURRENCY };
      const text = JSON.stringify({ id: orderId, status: 'PENDING', total });
      await tx.query('insert into orders (id, customer_id) values ($1, $2)', [orderId, customerId]);
      await tx.query(
        'insert into idempotency (customer_id, key, body_hash, response) values ($1, $2, $3, $4)',
        [...[customerId, key, bodyHash, text]],
      );
      const payments = [{ method: 'card', amount: total }];
      const input = { orderId, customerId, items: body.items, total, payments };
      await runner.start(saga, input, { id: orderId, actor: `customer:${customerId}`, tx });
      return text;
    });
    return context.body(response, 201, { 'content-type': 'application/json' });
  });
  app.get('/api/orders/:id', async (context) => {
    const order = await ownOrder(parts, context.req.param('id'), context.req.header('authorization'));
    return context.json(orderJson(order));
  });
  app.patch('/api/orders/:id/status', async (context) => {
    const principal = principalOf(settings, context.req.header('authorization'));
    if (!principal.admin) throw new HTTPException(403, { message: 'this is for administrators' });
    const { status, reason, force } = parse(overrideBody, await jsonOf(context.req));
    const to = statusOf(status);
    if (!to) throw new HTTPException(400, { message: `status: use one of ${ORDER_NAMES.join(', ')}` });
    const id = context.req.param('id');
    await ownOrder(parts, id, context.req.header('authorization'));
    try {
      await runner.override(id, { to, reason, force, actor: 'admin' });
    } catch (error) {
      if (!(error instanceof SagaError) || error.code !== 'OVERRIDE_REFUSED') throw error;
      throw new HTTPException(409, { message: error.message });
    }
    return context.json(orderJson(await ownOrder(parts, id, context.req.header('authorization'))));
  });
  if (settings.NODE_ENV !== 'production') {
    app.post('/api/orders/:id/pay', async (context) => {
      const id = context.req.param('id');
      await ownOrder(parts, id, context.req.header('authorization'));
      const { token } = parse(payBody, await jsonOf(context.req, {}));
      await runner.send(id, { type: 'PAY', tokens: [token] }, { actor: 'customer' });
      const order = await ownOrder(parts, id, context.req.header('authorization'));
      return context.json(orderJson(order), 202);
    });
  }
  return app;
}

/** What is stored of an order, with the saga's state. */
function orderJson(saga: SagaView) {
  const order = viewOrder(saga);
  const { items, total, payments, failure, cancelReason, invoice, tracking } = order;
  return {
    ...{ id: saga.id, status: nameOf(order), items, total },
    payments: payments.map(({ method, amount, status, paymentId }) => ({
      method,
      amount,
      status,
      payment_id: paymentId,
    })),
    ...{ failure, cancel_reason: cancelReason, invoice, tracking },
    saga: {
      ...{ state: saga.state, status: saga.status, settled: saga.settled, waiting_for: saga.waitingFor },
      open_obligations: saga.openObligations,
      steps: saga.steps.map(({ key, name, status, attempts, error }) => ({
        key,
        name,
        status,
        attempts,
        error,
      })),
    },
  };
}

/** The order, where it is the caller's. @throws HTTPException 404 for somebody else's, as for one that isn't there */
async function ownOrder(
  { runner, pool, settings }: AppParts,
  id: string,
  authorization: string | undefined,
): Promise<SagaView> {
  const principal = principalOf(settings, authorization);
  const saga = await runner.get(id);
  // An order that another service created has no row here.
  const owner = saga && ((await findOwner(pool, id)) ?? viewOrder(saga).customerId);
  if (saga && (principal.admin || principal.customerId === owner)) return saga;
  throw new HTTPException(404, { message: 'there is no such order' });
}

/** @throws HTTPException 401 */
function principalOf({ ADMIN_TOKEN, CUSTOMER_TOKENS }: Settings, authorization = ''): Principal {
  const given = authorization.replace(/^Bearer /, '');
  if (isSame(given, ADMIN_TOKEN)) return { admin: true };
  const customer = [...CUSTOMER_TOKENS].find(([token]) => isSame(given, token));
  if (customer) return { admin: false, customerId: customer[1] };
  throw new HTTPException(401, { message: 'Authorization: Bearer TOKEN is needed' });
}

function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}

/** Asks the inventory before anything is created. @throws HTTPException 409, 503 */
async function assertStock(address: string, items: z.output<typeof orderBody>['items']): Promise<void> {
  const asked = await fetch(`${address}/check`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(items),
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined);
  if (!asked?.ok) throw new HTTPException(503, { message: 'the inventory does not answer; try again' });
  const { short } = shortage.parse(await asked.json());
  if (short.length === 0) return;
  throw new HTTPException(409, { message: `out of stock: ${short.map(({ sku }) => sku).join(', ')}` });
}

function totalOf(items: z.output<typeof orderBody>['items']): number {
  return items.reduce((sum, { sku, quantity }) => {
    const price = PRICES[sku];
    if (price === undefined) throw new HTTPException(422, { message: `unknown sku: ${sku}` });
    return sum + price * quantity;
  }, 0);
}

async function jsonOf(request: { text(): Promise<string> }, empty?: unknown): Promise<unknown> {
  const text = await request.text();
  if (text === '' && empty !== undefined) return empty;
  try {
    return JSON.parse(text);
  } catch {
    throw new HTTPException(400, { message: 'the body is not JSON' });
  }
}

function parse<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new HTTPException(400, { message: problems.join('; ') });
}
