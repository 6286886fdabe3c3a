import type { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { Development } from '../dev/development.ts';
import { addBreakRoutes } from './break-routes.ts';
import { addDevRoutes } from './dev-routes.ts';
import type { AppEnv } from './env.ts';
import { readJsonBody } from './json-body.ts';
import { addLiveRoutes } from './live-routes.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';
import { addStorefrontRoutes } from './storefront-routes.ts';

/** What the routes of development work with. */
export interface DevelopmentRoutesParts {
  readonly services: Services;
  readonly development: Development;
  /** Lets nobody by without a token. */
  readonly signIn: MiddlewareHandler<AppEnv>;
}

/**
 * Everything that exists in development only: the participants' books, what breaks things, what watches them, and the
 * page at `/`. Comes before the routes that it holds up or listens to.
 */
export function addDevelopment(
  app: OpenAPIHono<AppEnv>,
  { services, development, signIn }: DevelopmentRoutesParts,
): void {
  app.use('/webhooks/*', holdBack(development));
  app.use('/api/orders', noteReplays(development));
  app.use('/dev/break/*', signIn);
  app.use('/dev/*', readJsonBody());
  addDevRoutes(app, services);
  addBreakRoutes(app, development, services);
  addLiveRoutes(app, development, services);
  addStorefrontRoutes(app, services);
}

/** While webhooks are held back, their senders are told to come again. */
function holdBack({ webhooks }: Development): MiddlewareHandler<AppEnv> {
  return async (_, next) => {
    if (webhooks.heldUntil !== undefined)
      throw new Problem('UNAVAILABLE', 'Webhooks are held back on purpose; send it again.');
    await next();
  };
}

/** A second click is a duplicate that was refused. */
function noteReplays({ incidents }: Development): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    if (c.res.headers.get('idempotent-replayed') !== 'true') return;
    const [, id] = /([^/]+)$/.exec(c.res.headers.get('location') ?? '') ?? [];
    incidents.note('duplicate', 'The same order was sent twice: one order, one answer.', id);
  };
}
