import type { OpenAPIHono } from '@hono/zod-openapi';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnv } from './env.ts';

/** A span for each request of customers, administrators and webhooks, below the trace that it came with. */
export function traceRequests(app: OpenAPIHono<AppEnv>): void {
  for (const path of ['/api/*', '/webhooks/*']) {
    app.use(path, async (c, next) => {
      const above = propagation.extract(context.active(), c.req.header());
      const tracer = trace.getTracer('checkout-server');
      await tracer.startActiveSpan(c.req.method, { kind: SpanKind.SERVER }, above, async (span) => {
        await next();
        const route = routePath(c, -1);
        span.updateName(`${c.req.method} ${route}`);
        span.setAttributes({
          'http.request.method': c.req.method,
          'http.route': route,
          'http.response.status_code': c.res.status,
        });
        if (c.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      });
    });
  }
}

/** The trace that goes on in the saga: what the request came with, unless it has a span of its own, which is taken anyway. */
export function traceOf(c: Context): { readonly traceparent?: string } {
  const traceparent = c.req.header('traceparent');
  return traceparent === undefined || trace.getActiveSpan() !== undefined ? {} : { traceparent };
}
