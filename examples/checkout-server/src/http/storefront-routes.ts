import { machineGraph } from '@countermand/saga-core';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { StorefrontFacts } from '../dev/live-contract.ts';
import { buildPage, renderPage } from '../dev/storefront-page.ts';
import { CAN_SUSPEND } from '../dev/suspendable.ts';
import { DEMO_TOKENS, type Settings } from '../settings.ts';
import { access } from './access.ts';
import type { AppEnv } from './env.ts';
import { jsonContent } from './json-content.ts';
import type { Services } from './services.ts';

const tags = ['documents'];

const PAGES = { api: '/docs', openapi: '/openapi.json', storefront: '/' } as const;

const page = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/',
  summary: 'The shop as a page, for browsers; for others where the documents are',
  responses: {
    200: {
      description: 'A page, or where to look.',
      content: {
        'text/html': { schema: z.string() },
        ...jsonContent(z.object({ api: z.string(), openapi: z.string(), storefront: z.string() }), '')
          .content,
      },
    },
  },
});

const parts = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/storefront/{part}',
  summary: 'What the page is made of',
  request: { params: z.object({ part: z.enum(['page.js', 'page.css', 'machine.json']) }) },
  responses: {
    200: {
      description: "A module, a style sheet, or the order's machine as a graph.",
      content: {
        ...{ 'text/javascript': { schema: z.string() }, 'text/css': { schema: z.string() } },
        'application/json': { schema: z.unknown() },
      },
    },
  },
});

/** Nothing from elsewhere, nothing inline, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** `/`: a page that shows what the server does, and lets people break it. In development only. */
export function addStorefrontRoutes(
  app: OpenAPIHono<AppEnv>,
  { settings, saga }: Pick<Services, 'settings' | 'saga'>,
): void {
  const facts = factsFor(settings);
  const graph = machineGraph(saga);
  app.openapi(page, async (c) => {
    if (!(c.req.header('accept') ?? '').includes('text/html')) return c.json(PAGES, 200);
    // Asked when the page is, for the console's routes may be added after this one.
    const has_console = app.routes.some(({ path }) => path.startsWith('/console'));
    return c.html(await renderPage({ ...facts, has_console }), 200, HEADERS);
  });
  app.openapi(parts, async (c) => {
    const { part } = c.req.valid('param');
    if (part === 'machine.json') return c.json(graph, 200, HEADERS);
    const { script, style } = await buildPage();
    return part === 'page.js'
      ? c.body(script, 200, { ...HEADERS, 'content-type': 'text/javascript; charset=utf-8' })
      : c.body(style, 200, { ...HEADERS, 'content-type': 'text/css; charset=utf-8' });
  });
}

function factsFor(settings: Settings): Omit<StorefrontFacts, 'has_console'> {
  const [customer] = settings.CUSTOMER_TOKENS.keys();
  return {
    // Only tokens that are published anyway may stand in a page that anybody gets.
    ...(customer !== undefined && DEMO_TOKENS.has(customer) && { customer_token: customer }),
    ...(DEMO_TOKENS.has(settings.ADMIN_TOKEN) && { admin_token: settings.ADMIN_TOKEN }),
    reservation_ttl_ms: settings.RESERVATION_TTL,
    payment_timeout_ms: settings.PAYMENT_TIMEOUT,
    late_payment_delay_ms: settings.LATE_PAYMENT_DELAY,
    can_suspend: CAN_SUSPEND,
  };
}
