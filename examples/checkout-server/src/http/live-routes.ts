import { setTimeout as pause } from 'node:timers/promises';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { findOrder } from '../db/orders.ts';
import type { Development } from '../dev/development.ts';
import type { LiveOrder } from '../dev/live-contract.ts';
import { liveOrder } from '../dev/live-order.ts';
import { WorldReader } from '../dev/world-reader.ts';
import { ORDER_ID } from '../orders/order-id.ts';
import { access } from './access.ts';
import type { AppEnv } from './env.ts';
import type { Services } from './services.ts';

const LOOK_EVERY_MS = 250;
const KEEP_ALIVE_MS = 15_000;

const live = createRoute({
  ...access('anyone'),
  tags: ['development'],
  method: 'get',
  path: '/dev/live',
  summary: 'Watch the shop, and one order in it: each time something is different',
  request: { query: z.object({ order: z.string().regex(ORDER_ID).optional() }) },
  responses: {
    200: {
      description:
        'Server-sent events: `event: world`, what stands, what is broken, and what must hold; `event: order`, all of that order.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
});

/** `/dev/live`: what the storefront shows, for as long as somebody looks. */
export function addLiveRoutes(
  app: OpenAPIHono<AppEnv>,
  development: Development,
  services: Omit<Services, 'development'>,
): void {
  const reader = new WorldReader(services, development);
  app.openapi(live, (c) => {
    const { order: id } = c.req.valid('query');
    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const signal = AbortSignal.any([gone.signal, services.stopping]);
      const told = new Map<string, string>();
      let toldAt = performance.now();
      const tell = async (event: string, value: unknown) => {
        const data = JSON.stringify(value);
        if (told.get(event) === data) return;
        told.set(event, data);
        toldAt = performance.now();
        await stream.writeSSE({ event, data });
      };
      while (!signal.aborted) {
        await look(id, { ...services, reader, tell, webhooks: development.webhooks });
        if (performance.now() - toldAt > KEEP_ALIVE_MS) {
          toldAt = performance.now();
          await stream.write(': still here\n\n');
        }
        await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
    });
  });
}

type Looking = Pick<Services, 'db' | 'runner' | 'saga' | 'log'> & {
  readonly reader: WorldReader;
  readonly tell: (event: string, value: unknown) => Promise<void>;
  readonly webhooks: Pick<Development['webhooks'], 'last'>;
};

/** One look at everything. While the database is away there is nothing to tell. */
async function look(id: string | undefined, { reader, tell, log, ...parts }: Looking): Promise<void> {
  try {
    if (id !== undefined) {
      const order = await readOrder(id, parts);
      if (order) await tell('order', order);
    }
    await tell('world', await reader.read());
  } catch (error) {
    log.debug({ err: error }, 'a look at the shop failed');
  }
}

/** Everything of one order: as its customer sees it, its steps, its history, and what would be undone now, in order. */
async function readOrder(
  id: string,
  { db, runner, saga: definition, webhooks }: Pick<Looking, 'db' | 'runner' | 'saga' | 'webhooks'>,
): Promise<LiveOrder | undefined> {
  const principal = { role: 'admin' } as const;
  const [order, saga] = await Promise.all([findOrder(db, id, principal), runner.get(id)]);
  if (!order || !saga) return undefined;
  const [history, undo] = await Promise.all([runner.history(id), runner.compensationPreview(id)]);
  const hasWebhook = webhooks.last(id) !== undefined;
  return liveOrder(definition, { order, saga, history, undo, hasWebhook });
}
