import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { access, problems } from './access.ts';
import type { AppEnv } from './env.ts';
import { jsonContent } from './json-content.ts';
import { moneySchema } from './schemas.ts';
import type { Services } from './services.ts';

const item = z.object({ sku: z.string(), name: z.string(), price: moneySchema, available: z.int() });

const show = createRoute({
  ...access('signed in'),
  tags: ['catalog'],
  method: 'get',
  path: '/api/catalog',
  summary: 'What can be bought',
  responses: {
    200: jsonContent(
      z.object({ items: z.array(item) }),
      'Prices, and what is available at about this moment.',
    ),
    ...problems('UNAUTHENTICATED', 'UNAVAILABLE'),
  },
});

/** `/api/catalog`. */
export function addCatalogRoutes(app: OpenAPIHono<AppEnv>, { catalog }: Services): void {
  app.openapi(show, async (c) => {
    const items = [...(await catalog.read()).values()];
    return c.json(
      { items: items.map(({ sku, name, price, available }) => ({ sku, name, price, available })) },
      200,
    );
  });
}
