import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { access } from './access.ts';
import { renderDocs } from './docs-page.ts';
import type { AppEnv } from './env.ts';
import { PROBLEMS } from './problem.ts';

const tags = ['documents'];

const document = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/openapi.json',
  summary: 'This interface as an OpenAPI document',
  responses: {
    200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: z.unknown() } } },
  },
});

const page = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/docs',
  summary: 'The same, to read',
  responses: { 200: { description: 'A page.', content: { 'text/html': { schema: z.string() } } } },
});

const CODES = Object.entries(PROBLEMS)
  .map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`)
  .join('\n');

const INFO = {
  title: 'Checkout server',
  version: '1.0.0',
  description: [
    'Orders whose lifecycle is a durable statechart. Money is in integer minor units; errors are',
    '`application/problem+json` with one of these codes:',
    '',
    '| code | status | meaning |',
    '|---|---|---|',
    CODES,
  ].join('\n'),
};

/** The document of all routes, and a page made of it. */
export function addDocsRoutes(app: OpenAPIHono<AppEnv>): void {
  const { openAPIRegistry } = app;
  openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  openAPIRegistry.registerComponent('securitySchemes', 'webhook', {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
  });
  const describe = () => app.getOpenAPI31Document({ openapi: '3.1.0', info: INFO });
  app.openapi(document, (c) => c.json(describe(), 200));
  app.openapi(page, (c) => c.html(renderDocs(describe(), PROBLEMS), 200));
}
