import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { eraseCustomer } from '../db/customers.ts';
import { LOGIN } from '../settings.ts';
import { access, problems } from './access.ts';
import type { AppEnv } from './env.ts';
import { jsonContent } from './json-content.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

/** Not `id`: that is logged. */
const loginParam = z.object({ login: z.string().openapi({ param: { name: 'login', in: 'path' } }) });

const erase = createRoute({
  ...access('admin'),
  tags: ['customers'],
  method: 'delete',
  path: '/api/customers/{login}',
  summary:
    'Forget a customer, by login: addresses, reasons, payment tokens. Orders and history stay, nameless',
  request: { params: loginParam },
  responses: {
    200: jsonContent(
      z.object({ erased: z.literal(true), orders: z.int() }),
      'Nothing tells of them any more.',
    ),
    ...problems('UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'ORDER_STATE_CONFLICT'),
  },
});

/** `/api/customers`: what a person may ask of whoever runs the shop. */
export function addCustomerRoutes(app: OpenAPIHono<AppEnv>, { db }: Pick<Services, 'db'>): void {
  app.openapi(erase, async (c) => {
    const { login } = c.req.valid('param');
    const erasure = LOGIN.test(login) ? await eraseCustomer(db, login) : ({ outcome: 'unknown' } as const);
    if (erasure.outcome === 'unknown') throw new Problem('NOT_FOUND', 'There is no such customer.');
    if (erasure.outcome === 'open orders') {
      throw new Problem(
        'ORDER_STATE_CONFLICT',
        `${erasure.orders} orders are under way and need the address; cancel them, or wait for their end.`,
      );
    }
    return c.json({ erased: true as const, orders: erasure.orders }, 200);
  });
}
