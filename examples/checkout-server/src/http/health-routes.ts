import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { access } from './access.ts';
import type { AppEnv } from './env.ts';
import { jsonContent } from './json-content.ts';
import type { Services } from './services.ts';

const tags = ['health'];

const alive = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/healthz',
  summary: 'Whether the process is alive',
  responses: { 200: jsonContent(z.object({ status: z.literal('ok') }), 'It is.') },
});

const readiness = z.object({ status: z.enum(['ready', 'not ready']), reason: z.string().optional() });

const ready = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/readyz',
  summary: 'Whether it can do its work: database, schema, worker',
  responses: { 200: jsonContent(readiness, 'It can.'), 503: jsonContent(readiness, "It can't, and why.") },
});

const metricsRoute = createRoute({
  ...access('anyone'),
  tags,
  method: 'get',
  path: '/metrics',
  summary: 'Metrics',
  responses: {
    200: { description: 'Prometheus text.', content: { 'text/plain': { schema: z.string() } } },
    503: { description: "They can't be had.", content: { 'text/plain': { schema: z.string() } } },
  },
});

/** `/healthz`, `/readyz`, `/metrics`: for whoever runs the process. */
export function addHealthRoutes(app: OpenAPIHono<AppEnv>, { whyNotReady, metrics }: Services): void {
  app.openapi(alive, (c) => c.json({ status: 'ok' as const }, 200));
  app.openapi(ready, async (c) => {
    const reason = await whyNotReady();
    return reason === undefined
      ? c.json({ status: 'ready' as const }, 200)
      : c.json({ status: 'not ready' as const, reason }, 503);
  });
  app.openapi(metricsRoute, async (c) => {
    try {
      const { contentType, text } = await metrics.read();
      return c.text(text, 200, { 'content-type': contentType });
    } catch {
      return c.text('the database does not answer\n', 503);
    }
  });
}
