import { SagaError, type SagaView } from '@countermand/saga-core';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { entriesUpTo, type OrderChange, orderChanges } from '../views/order-changes.ts';
import { access, problems } from './access.ts';
import type { AppEnv } from './env.ts';
import { findOwnOrder } from './find-own-order.ts';
import { idParam } from './schemas.ts';
import type { Services } from './services.ts';

/** A comment line this often keeps proxies from closing a stream on which nothing happens. */
const KEEP_ALIVE_MS = 15_000;

const events = createRoute({
  ...access('signed in'),
  tags: ['orders'],
  method: 'get',
  path: '/api/orders/{id}/events',
  summary: 'Watch an order until it rests',
  request: { params: idParam },
  responses: {
    200: {
      description: 'Server-sent events: `event: status`, `data: { status, saga_status, at }`.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems('UNAUTHENTICATED', 'NOT_FOUND'),
  },
});

/** `/api/orders/:id/events`. */
export function addEventRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  app.openapi(events, async (c) => {
    const order = await findOwnOrder(services, c.req.valid('param').id, c.get('principal'));
    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      await tellUntilRest(services, order.id, stream, AbortSignal.any([gone.signal, services.stopping]));
    });
  });
}

async function tellUntilRest(
  { runner }: Services,
  id: string,
  stream: SSEStreamingApi,
  signal: AbortSignal,
): Promise<void> {
  let last: OrderChange | undefined;
  let seq = 0;
  let seen: SagaView | undefined;
  while (!signal.aborted) {
    const saga: SagaView | undefined = await nextChange(runner, id, seen, signal);
    if (signal.aborted) return;
    if (!saga) {
      await stream.write(': still here\n\n');
      continue;
    }
    const entries = entriesUpTo(saga, await runner.history(id, { after: seq }));
    for (const change of orderChanges(last, entries, saga)) {
      last = change;
      await stream.writeSSE({ event: 'status', data: JSON.stringify(change) });
    }
    seq = entries.at(-1)?.seq ?? seq;
    seen = saga;
    if (saga.status === 'rest') return;
  }
}

/** The saga once it isn't as it was seen; `undefined` when nothing happens for a while. */
async function nextChange(
  runner: Services['runner'],
  id: string,
  seen: SagaView | undefined,
  signal: AbortSignal,
): Promise<SagaView | undefined> {
  const isNews = (now: SagaView) =>
    !seen ||
    now.updatedAt !== seen.updatedAt ||
    now.status !== seen.status ||
    JSON.stringify(now.state) !== JSON.stringify(seen.state);
  try {
    return await runner.waitFor(id, isNews, { timeoutMs: KEEP_ALIVE_MS, signal });
  } catch (error) {
    if (signal.aborted || (error instanceof SagaError && error.code === 'WAIT_TIMED_OUT')) return undefined;
    throw error;
  }
}
