import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { cancelOrder, overrideOrder, payOrder } from '../orders/command-order.ts';
import { placeOrder } from '../orders/place-order.ts';
import { tokenRule } from '../orders/token-rule.ts';
import { UnderWay } from '../orders/under-way.ts';
import { historyJson, orderJson } from '../views/order-json.ts';
import { access, problems } from './access.ts';
import type { AppEnv } from './env.ts';
import { findOwnOrder, findOwnSaga } from './find-own-order.ts';
import { jsonBody, jsonContent } from './json-content.ts';
import { listOrders } from './list-orders.ts';
import { actorOf } from './principal.ts';
import { Problem } from './problem.ts';
import { refuseInvalid } from './refuse-invalid.ts';
import {
  historyItemSchema,
  idParam,
  moneySchema,
  newOrderSchema,
  orderSchema,
  orderStatusSchema,
  pageQuery,
} from './schemas.ts';
import type { Services } from './services.ts';
import { traceOf } from './trace-requests.ts';

const tags = ['orders'];

const idempotencyKey = z
  .string()
  .trim()
  // As a structured header the key comes in quotes; it is the same key.
  .transform((text) => /^"(.*)"$/.exec(text)?.[1] ?? text)
  .pipe(z.string().min(1).max(255))
  .openapi({
    type: 'string',
    description: 'With or without quotes; 1 to 255 characters.',
    example: 'order-1',
  });

const placedSchema = z.object({
  success: z.literal(true),
  order_id: z.string(),
  saga_id: z.string(),
  status: z.literal('CREATED'),
  total: moneySchema,
});

const place = createRoute({
  ...access('customer'),
  tags,
  method: 'post',
  path: '/api/orders',
  summary: 'Place an order',
  request: { ...jsonBody(newOrderSchema), headers: z.object({ 'idempotency-key': idempotencyKey }) },
  responses: {
    201: jsonContent(
      placedSchema,
      'The order is taken. The same request again gets the same bytes, with `Idempotent-Replayed: true`.',
    ),
    ...problems(
      ...([
        'BODY_INVALID',
        'IDEMPOTENCY_KEY_INVALID',
        'UNAUTHENTICATED',
        'FORBIDDEN',
        'REQUEST_IN_PROGRESS',
      ] as const),
      ...(['BODY_TOO_LARGE', 'IDEMPOTENCY_KEY_REUSED', 'SKU_UNKNOWN', 'PAYMENTS_MISMATCH'] as const),
      ...(['PAYMENT_TOKEN_REFUSED', 'TOO_MANY_OPEN_ORDERS', 'UNAVAILABLE'] as const),
    ),
  },
});

const list = createRoute({
  ...access('signed in'),
  tags,
  method: 'get',
  path: '/api/orders',
  summary: 'Orders, newest first: your own, or as an administrator all',
  request: { query: pageQuery },
  responses: {
    200: jsonContent(
      z.object({ items: z.array(orderSchema), next_cursor: z.string().nullable() }),
      'A page.',
    ),
    ...problems('REQUEST_INVALID', 'CURSOR_INVALID', 'UNAUTHENTICATED'),
  },
});

const show = createRoute({
  ...access('signed in'),
  tags,
  method: 'get',
  path: '/api/orders/{id}',
  summary: 'An order',
  request: { params: idParam },
  responses: { 200: jsonContent(orderSchema, 'The order.'), ...problems('UNAUTHENTICATED', 'NOT_FOUND') },
});

const history = createRoute({
  ...access('signed in'),
  tags,
  method: 'get',
  path: '/api/orders/{id}/history',
  summary: 'Every event of an order, applied or not, in order',
  request: { params: idParam },
  responses: {
    200: jsonContent(z.object({ items: z.array(historyItemSchema) }), 'From the first event on.'),
    ...problems('UNAUTHENTICATED', 'NOT_FOUND'),
  },
});

const pay = createRoute({
  ...access('customer'),
  tags,
  method: 'post',
  path: '/api/orders/{id}/pay',
  summary: 'Click pay',
  request: {
    params: idParam,
    ...jsonBody(z.strictObject({ tokens: z.array(z.string().trim().min(1).max(200)).max(8).optional() })),
  },
  responses: {
    202: jsonContent(orderSchema, 'The click is taken. Again: nothing new.'),
    ...problems(
      ...(['BODY_INVALID', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'ORDER_STATE_CONFLICT'] as const),
      'PAYMENT_TOKEN_REFUSED',
    ),
  },
});

const cancel = createRoute({
  ...access('signed in'),
  tags,
  method: 'post',
  path: '/api/orders/{id}/cancel',
  summary: 'Cancel before shipping',
  request: {
    params: idParam,
    ...jsonBody(z.strictObject({ reason: z.string().trim().min(1).max(500).optional() })),
  },
  responses: {
    202: jsonContent(
      orderSchema,
      'The order is cancelled; what it held and took is given back. Again: nothing new.',
    ),
    ...problems('BODY_INVALID', 'UNAUTHENTICATED', 'NOT_FOUND', 'ORDER_STATE_CONFLICT'),
  },
});

const override = createRoute({
  ...access('admin'),
  tags,
  method: 'patch',
  path: '/api/orders/{id}/status',
  summary: 'Move an order along an edge of the machine',
  request: {
    params: idParam,
    ...jsonBody(
      z.strictObject({
        status: orderStatusSchema,
        reason: z.string().trim().min(1).max(500),
        force: z.boolean().optional(),
      }),
    ),
  },
  responses: {
    200: jsonContent(orderSchema, 'The order, moved.'),
    ...problems('BODY_INVALID', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'OVERRIDE_REFUSED'),
  },
});

/** `/api/orders`: placing, looking, paying, cancelling, overriding. */
export function addOrderRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { db, runner, settings, saga, catalog } = services;
  const assertToken = tokenRule(settings);
  const underWay = new UnderWay();

  app.openapi(
    place,
    async (c) => {
      const principal = c.get('principal');
      if (principal.role !== 'customer') throw new Problem('FORBIDDEN', 'Only a customer may do this.');
      const placed = await placeOrder(
        {
          ...{ db, runner, saga, catalog, assertToken, underWay },
          maxOpenOrders: settings.MAX_OPEN_ORDERS,
          invalidCoupon: settings.INVALID_COUPON,
        },
        {
          customerId: principal.customerId,
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          body: c.req.valid('json'),
          ...traceOf(c),
        },
      );
      c.header('Location', `/api/orders/${placed.orderId}`);
      if (placed.replayed) c.header('Idempotent-Replayed', 'true');
      // Written by this route from an object of this shape: the text that goes out is the one that was kept.
      return c.json(JSON.parse(placed.response) as z.infer<typeof placedSchema>, 201);
    },
    (result) => {
      if (result.success || result.target !== 'header') return refuseInvalid(result);
      throw new Problem('IDEMPOTENCY_KEY_INVALID', 'Send an Idempotency-Key header of 1 to 255 characters.');
    },
  );
  app.openapi(list, async (c) =>
    c.json(await listOrders(services, c.req.valid('query'), c.get('principal')), 200),
  );
  app.openapi(show, async (c) => {
    const { order, saga } = await findOwnSaga(services, c.req.valid('param').id, c.get('principal'));
    return c.json(orderJson(order, saga), 200);
  });
  app.openapi(history, async (c) => {
    const order = await findOwnOrder(services, c.req.valid('param').id, c.get('principal'));
    const lines = await runner.history(order.id);
    return c.json({ items: lines.map((line) => historyJson(line, order.cancelReason)) }, 200);
  });
  app.openapi(pay, async (c) => {
    const principal = c.get('principal');
    const order = await findOwnOrder(services, c.req.valid('param').id, principal);
    const { tokens } = c.req.valid('json');
    for (const token of tokens ?? []) assertToken(token);
    const saga = await payOrder(services, {
      ...{ id: order.id, actor: actorOf(principal), tokens },
      ...traceOf(c),
    });
    return c.json(orderJson(order, saga), 202);
  });
  app.openapi(cancel, async (c) => {
    const principal = c.get('principal');
    const order = await findOwnOrder(services, c.req.valid('param').id, principal);
    const { reason } = c.req.valid('json');
    const saga = await cancelOrder(services, {
      ...{ id: order.id, actor: actorOf(principal), reason },
      ...traceOf(c),
    });
    return c.json(orderJson(order, saga), 202);
  });
  app.openapi(override, async (c) => {
    const principal = c.get('principal');
    const order = await findOwnOrder(services, c.req.valid('param').id, principal);
    const { status: to, reason, force = false } = c.req.valid('json');
    const saga = await overrideOrder(runner, { id: order.id, actor: actorOf(principal), to, reason, force });
    return c.json(orderJson(order, saga), 200);
  });
}
