import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { subjectOf } from '../db/customers.ts';
import { addCatalogRoutes } from './catalog-routes.ts';
import { addConsoleRoutes } from './console-routes.ts';
import { addCustomerRoutes } from './customer-routes.ts';
import { addDocsRoutes } from './docs-routes.ts';
import type { AppEnv } from './env.ts';
import { addEventRoutes } from './event-routes.ts';
import { addHealthRoutes } from './health-routes.ts';
import { readJsonBody } from './json-body.ts';
import { addOrderRoutes } from './order-routes.ts';
import { principalsOf } from './principal.ts';
import { answerProblem, Problem } from './problem.ts';
import { problemOf } from './problem-of.ts';
import { refuseInvalid } from './refuse-invalid.ts';
import { addSagaRoutes } from './saga-routes.ts';
import type { Services } from './services.ts';
import { traceRequests } from './trace-requests.ts';
import { addWebhookRoutes, verifySignature } from './webhook-routes.ts';

/** Every route of the server; a process that only works serves its health and its documents alone. */
export async function createApp(services: Services): Promise<OpenAPIHono<AppEnv>> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
  const { settings } = services;
  app.onError((error, c) => answerProblem(c, problemOf(error, services.log)));
  app.notFound((c) => answerProblem(c, new Problem('NOT_FOUND', 'There is no such route.')));
  observeRequests(app, services);
  traceRequests(app);

  addHealthRoutes(app, services);
  addDocsRoutes(app);
  if (settings.ROLE === 'worker') return app;

  const findPrincipal = principalsOf(settings, (login) => subjectOf(services.db, login));
  const signIn: MiddlewareHandler<AppEnv> = async (c, next) => {
    const principal = await findPrincipal(c.req.header('authorization'));
    if (!principal) throw new Problem('UNAUTHENTICATED', 'Send Authorization: Bearer and a token.');
    c.set('principal', principal);
    await next();
  };
  app.use('/api/*', signIn);
  app.use('/api/*', readJsonBody());
  app.use('/webhooks/*', verifySignature(services));
  if (services.development) {
    // Not even loaded in production.
    const { addDevelopment } = await import('./development-routes.ts');
    addDevelopment(app, { services, development: services.development, signIn });
  }
  addConsoleRoutes(app, services, findPrincipal);
  addCatalogRoutes(app, services);
  addOrderRoutes(app, services);
  addEventRoutes(app, services);
  addSagaRoutes(app, services);
  addCustomerRoutes(app, services);
  addWebhookRoutes(app, services);
  return app;
}

function observeRequests(app: OpenAPIHono<AppEnv>, { log, metrics }: Services): void {
  app.use(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const durationMs = performance.now() - startedAt;
    const { method } = c.req;
    const { status } = c.res;
    const route = routePath(c, -1);
    metrics.observeRequest({ method, route, status, durationMs });
    const id = c.req.param('id');
    const about = {
      method,
      route,
      status,
      ms: Math.round(durationMs),
      ...(id !== undefined && { saga_id: id }),
    };
    const isRoutine =
      route.startsWith('/healthz') || route.startsWith('/readyz') || route.startsWith('/metrics');
    log[isRoutine ? 'debug' : 'info'](about, 'request answered');
  });
}
