import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { checkInvariants } from '../invariants/check-invariants.ts';
import { access, problems } from './access.ts';
import type { AppEnv } from './env.ts';
import { jsonBody, jsonContent } from './json-content.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

const tags = ['development'];
const count = z.int();
const BOOKS_BYTES = 256 * 1024 * 1024;

const ledgerSchema = z.object({
  orders: z.record(
    z.string(),
    z.object({ authorized: count, captured: count, refunded: count, captures: count, refunds: count }),
  ),
});

const ledger = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/dev/ledger',
  summary: "The payment participant's own book",
  responses: {
    200: jsonContent(
      ledgerSchema,
      'Minor units by order; `authorized` is what is still open, `captures` and `refunds` are counts.',
    ),
    ...problems('UNAVAILABLE'),
  },
});

const stockSchema = z.record(
  z.string(),
  z.object({ initial: count, available: count, reserved: count, sold: count }),
);

const stock = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/dev/stock',
  summary: "The inventory participant's own book",
  responses: { 200: jsonContent(stockSchema, 'Units by SKU.'), ...problems('UNAVAILABLE') },
});

const restock = createRoute({
  ...access('anyone'),
  tags,
  method: 'post',
  path: '/dev/stock',
  summary: 'Restock for a test',
  request: jsonBody(
    z.strictObject({ sku: z.string().min(1).max(255), available: count.min(0).max(1_000_000_000) }),
  ),
  responses: {
    200: jsonContent(stockSchema, 'Units by SKU; `initial` has moved with `available`.'),
    ...problems('BODY_INVALID', 'NOT_FOUND', 'UNAVAILABLE'),
  },
});

const notificationsSchema = z.record(
  z.string(),
  z.array(z.object({ kind: z.enum(['out_of_stock', 'payment_failed', 'on_its_way']), at: z.string() })),
);

const notifications = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/dev/notifications',
  summary: 'What users were told',
  responses: {
    200: jsonContent(notificationsSchema, 'By order, oldest first.'),
    ...problems('UNAVAILABLE'),
  },
});

const invariants = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/dev/invariants',
  summary: "Money, stock, history and liveness, checked live against the participants' books",
  responses: {
    200: jsonContent(
      z.object({
        ok: z.boolean(),
        checked: z.record(z.string(), count),
        violations: z.array(
          z.object({ invariant: z.string(), order_id: z.string().optional(), detail: z.string() }),
        ),
      }),
      'What was checked, and what is wrong.',
    ),
    ...problems('UNAVAILABLE'),
  },
});

/** `/dev`: the participants' books and what they prove. None of it exists in production. */
export function addDevRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { client } = services;
  // What participants answer here is their contract's to say; it goes out as it is.
  const read = async (path: string) =>
    (await client.relay(path, { method: 'GET', maxBytes: BOOKS_BYTES })).body;
  app.openapi(ledger, async (c) => c.json((await read('/dev/ledger')) as z.infer<typeof ledgerSchema>, 200));
  app.openapi(stock, async (c) => c.json((await read('/dev/stock')) as z.infer<typeof stockSchema>, 200));
  app.openapi(restock, async (c) => {
    const { sku, available } = c.req.valid('json');
    const body = JSON.stringify({ sku, available });
    const answer = await client.relay('/dev/stock', { method: 'POST', body });
    if (answer.status === 404) throw new Problem('NOT_FOUND', `There is no item '${sku}'.`);
    return c.json(answer.body as z.infer<typeof stockSchema>, 200);
  });
  app.openapi(notifications, async (c) =>
    c.json((await read('/dev/notifications')) as z.infer<typeof notificationsSchema>, 200),
  );
  app.openapi(invariants, async (c) => c.json(await checkInvariants(services), 200));
}
