import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { PostgresRunner } from '@countermand/runner-postgres';
import type { JsonObject } from '@countermand/saga-core';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import { z } from 'zod';
import { childIds } from '../adapters.ts';
import { item, payment } from '../sagas/order-saga.ts';
import type { Settings } from '../settings.ts';

const request = z.strictObject({
  customer_id: z.string().regex(/^[\w.@-]{1,64}$/),
  items: z.array(item).min(1).max(100),
  total: z.strictObject({ amount: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) }),
  payments: z.array(payment).min(1).max(8),
  coupons: z.array(z.string().min(1).max(40)).max(8).default([]),
});

/** What the HTTP interface stands on. */
export interface AppParts {
  readonly runner: Pick<PostgresRunner, 'get' | 'list'>;
  readonly settings: Settings;
  readonly log: Pick<Logger, 'error'>;
  /** The order service's part: says on its topic that an order was created. */
  readonly announce: (order: JsonObject & { readonly orderId: string }) => Promise<void>;
}

/** Orders in, and the stored state of each saga out. */
export function createApp({ runner, settings, log, announce }: AppParts): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
    log.error({ err: error, method: context.req.method, path: context.req.path }, 'request failed');
    return context.json({ error: 'something went wrong here' }, 500);
  });
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.post('/api/orders', bodyLimit({ maxSize: 64 * 1024 }), async (context) => {
    const parsed = request.safeParse(await context.req.json().catch(() => undefined));
    if (!parsed.success) throw new HTTPException(400, { message: z.prettifyError(parsed.error) });
    const { customer_id: customerId, ...order } = parsed.data;
    const paid = order.payments.reduce((sum, one) => sum + one.amount.amount, 0);
    const isStrange = order.payments.some((one) => one.amount.currency !== order.total.currency);
    if (isStrange || paid !== order.total.amount)
      throw new HTTPException(422, { message: 'the payments are not the total' });
    const orderId = randomUUID();
    await announce({ orderId, customerId, ...order });
    return context.json({ order_id: orderId, status: 'CREATED' }, 202);
  });
  app.get('/api/orders/:id', async (context) => {
    const id = context.req.param('id');
    const [saga, discount, split] = await Promise.all(
      [id, childIds.discount(id), childIds.payment(id)].map((one) => runner.get(one)),
    );
    if (!saga) throw new HTTPException(404, { message: 'there is no such order' });
    return context.json({ ...saga, discount: discount ?? null, split_payment: split ?? null });
  });
  app.get('/api/sagas', async (context) => {
    const hash = (text: string) => createHash('sha256').update(text).digest();
    const given = context.req.header('authorization') ?? '';
    if (!timingSafeEqual(hash(given), hash(`Bearer ${settings.ADMIN_TOKEN}`))) {
      throw new HTTPException(401, { message: 'Authorization: Bearer ADMIN_TOKEN is needed' });
    }
    const type = context.req.query('type');
    const { items } = await runner.list({ limit: 200, ...(type !== undefined && { saga: type }) });
    return context.json(items);
  });
  return app;
}
