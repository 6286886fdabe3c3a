import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Development } from '../dev/development.ts';
import { access, problems } from './access.ts';
import type { AppEnv } from './env.ts';
import { findOwnOrder } from './find-own-order.ts';
import { jsonBody, jsonContent } from './json-content.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

const tags = ['breaking things'];
const doneSchema = z.object({ done: z.string() });
const done = jsonContent(doneSchema, 'What was done, in a sentence.');
const refusals = problems(
  ...(['BODY_INVALID', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'NOT_BREAKABLE', 'UNAVAILABLE'] as const),
);
const HOLD_S = 15;

const worker = createRoute({
  ...access('admin'),
  tags,
  method: 'post',
  path: '/dev/break/worker',
  summary: 'Kill the worker (kill -9), now or in the middle of the next step of that name',
  request: jsonBody(z.strictObject({ in_the_middle_of: z.string().min(1).max(100).optional() })),
  responses: { 200: done, ...refusals },
});

const services = createRoute({
  ...access('admin'),
  tags,
  method: 'post',
  path: '/dev/break/services',
  summary: 'Stop, start, kill or slow down the process that plays payments, stock and shipping',
  request: jsonBody(z.strictObject({ act: z.enum(['stop', 'start', 'kill', 'slow', 'fast']) })),
  responses: { 200: done, ...refusals },
});

const webhook = createRoute({
  ...access('admin'),
  tags,
  method: 'post',
  path: '/dev/break/webhook',
  summary:
    "Deliver an order's last webhook again, the same news anew, one early, or hold all back for a while",
  request: jsonBody(
    z.strictObject({
      act: z.enum(['again', 'as_news', 'early', 'hold']),
      order_id: z.string().max(100).optional(),
      seconds: z.int().min(1).max(60).optional().openapi({ description: 'How long all are held back; 15.' }),
    }),
  ),
  responses: { 200: done, ...refusals },
});

/** `/dev/break`: breaks what this server works with, for people who want to see what comes of it. */
export function addBreakRoutes(
  app: OpenAPIHono<AppEnv>,
  development: Development,
  parts: Pick<Services, 'db' | 'saga'>,
): void {
  app.openapi(worker, (c) => {
    const step = c.req.valid('json').in_the_middle_of;
    return c.json({ done: breakWorker(development, parts.saga, step) }, 200);
  });
  app.openapi(services, async (c) =>
    c.json({ done: await breakServices(development, c.req.valid('json').act) }, 200),
  );
  app.openapi(webhook, async (c) => {
    const { act, order_id, seconds = HOLD_S } = c.req.valid('json');
    if (act === 'hold') return c.json({ done: holdWebhooks(development, seconds) }, 200);
    const { id } = await findOwnOrder(parts, order_id ?? '', c.get('principal'));
    return c.json({ done: await breakWebhook(development, act, id) }, 200);
  });
}

function breakWorker(
  { worker, incidents }: Development,
  saga: Services['saga'],
  step: string | undefined,
): string {
  if (!worker?.isWorking) {
    throw new Problem(
      'NOT_BREAKABLE',
      worker ? 'The worker is being started.' : 'The worker is part of the server; set WORKER_PROCESS=true.',
    );
  }
  if (step !== undefined) {
    if (!(step in saga.steps)) throw new Problem('NOT_FOUND', `The order has no step '${step}'.`);
    worker.strikeAt(step);
    return `The worker will be killed in the middle of the next ${step}.`;
  }
  const pid = worker.kill();
  const text = `Worker ${pid} was killed (kill -9).`;
  incidents.note('fault', text);
  return text;
}

async function breakServices(
  development: Development,
  act: 'stop' | 'start' | 'kill' | 'slow' | 'fast',
): Promise<string> {
  const { incidents, participants } = development;
  if (act === 'slow' || act === 'fast') {
    await development.slowDown(act === 'slow');
    return act === 'slow' ? 'Every service takes a second now.' : 'The services are as fast as they can be.';
  }
  if (!participants)
    throw new Problem('NOT_BREAKABLE', 'This server has not started the services (PARTICIPANTS_URL is set).');
  const { pid } = participants;
  const say = (kind: 'fault' | 'recovery', text: string) => {
    incidents.note(kind, text);
    return text;
  };
  if (act === 'kill') {
    participants.kill();
    return say('fault', `The payment service (process ${pid}) was killed (kill -9).`);
  }
  if (act === 'start') {
    if (!participants.isSuspended) return 'The payment service runs.';
    participants.resume();
    return say('recovery', `The payment service (process ${pid}) goes on (SIGCONT).`);
  }
  participants.suspend();
  return say('fault', `The payment service (process ${pid}) was stopped (SIGSTOP): it answers nobody.`);
}

function holdWebhooks({ webhooks, incidents }: Development, seconds: number): string {
  webhooks.hold(seconds * 1_000);
  const text = `No webhook gets through for ${seconds} s: each will be late.`;
  incidents.note('fault', text);
  return text;
}

async function breakWebhook(
  { webhooks, incidents }: Development,
  act: 'again' | 'as_news' | 'early',
  orderId: string,
): Promise<string> {
  const last = webhooks.last(orderId);
  if (act !== 'early' && !last)
    throw new Problem('NOT_FOUND', 'No webhook has come for this order yet; try again when one has.');
  const what = last?.webhook.type ?? '';
  const texts = {
    again: `'${what}' was delivered again, under the same id.`,
    as_news: `'${what}' was delivered once more, under a new id.`,
    early: "The warehouse said 'packed', whatever the order was waiting for.",
  };
  const fault = texts[act];
  incidents.note('fault', fault, orderId);
  const status = await (act === 'early' || !last
    ? webhooks.packedEarly(orderId)
    : act === 'again'
      ? webhooks.again(last)
      : webhooks.asNews(last));
  return status === 202 ? fault : `${fault} It was answered with ${status}.`;
}
