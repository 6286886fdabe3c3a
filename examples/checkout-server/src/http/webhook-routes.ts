import { createHash } from 'node:crypto';
import { isSagaId, SagaError } from '@countermand/saga-core';
import { type Webhook, webhookSchema } from '@countermand-examples/participants/contract';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { type RefundNews, settleRefund } from '../orders/settle-refund.ts';
import { access, problems } from './access.ts';
import type { AppEnv } from './env.ts';
import { decodeUtf8, parseJson, readBytes } from './json-body.ts';
import { jsonContent } from './json-content.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';
import { traceOf } from './trace-requests.ts';
import { isSignatureValid } from './webhook-signature.ts';

const SENDERS = {
  payments: [
    ...(['payment.succeeded', 'payment.failed', 'payment.authorization_expired'] as const),
    ...(['refund.succeeded', 'refund.failed'] as const),
  ],
  warehouse: ['warehouse.packed'],
  carrier: ['carrier.scanned'],
} as const satisfies Record<string, readonly Webhook['type'][]>;

type Sender = keyof typeof SENDERS;

/** Reads the body's bytes and lets nobody by whose signature over them isn't valid. */
export function verifySignature({ settings }: Pick<Services, 'settings'>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const rawBody = await readBytes(c.req.raw);
    const headers = {
      id: c.req.header('webhook-id'),
      timestamp: c.req.header('webhook-timestamp'),
      signature: c.req.header('webhook-signature'),
    };
    if (!isSignatureValid(settings.WEBHOOK_SECRET, headers, rawBody, Date.now())) {
      throw new Problem(
        'WEBHOOK_SIGNATURE_INVALID',
        'Sign id, time and body, at most 300 s ago, with a shared secret.',
      );
    }
    c.set('rawBody', rawBody);
    await next();
  };
}

/** `/webhooks`: what payments, warehouse and carrier tell. Each is stored once, then answered with 202. */
export function addWebhookRoutes(
  app: OpenAPIHono<AppEnv>,
  { runner, log, development }: Pick<Services, 'runner' | 'log' | 'development'>,
): void {
  for (const sender of Object.keys(SENDERS) as Sender[]) {
    const route = routeOf(sender);
    app.openAPIRegistry.registerPath({ ...route, request: requestOf(sender) });
    // Body and headers are in the document only: what is signed is the bytes, and they have been read.
    app.openapi({ ...route, hide: true }, async (c) => {
      const webhook = readWebhook(sender, c.get('rawBody'));
      const id = c.req.header('webhook-id') ?? '';
      const messageId = messageIdOf(sender, id);
      const { outcome, reason, duplicate } = await take(runner, webhook, {
        ...{ messageId, actor: `webhook:${sender}` },
        ...traceOf(c),
      });
      log.info(
        {
          saga_id: sagaIdOf(webhook.data.order_id),
          webhook_id: id,
          ...{ type: webhook.type, outcome, reason, duplicate },
        },
        'webhook stored',
      );
      development?.webhookTaken({ sender, id, webhook, duplicate });
      return c.json({ status: 'stored' as const }, 202);
    });
  }
}

const signedHeaders = z.object({
  'webhook-id': z.string().openapi({ description: 'The same for every delivery of the same news.' }),
  'webhook-timestamp': z.string().openapi({
    description: 'Seconds since the epoch, at most 300 s away from now.',
    example: '1767225600',
  }),
  'webhook-signature': z.string().openapi({
    description: '`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces.',
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  }),
});

function requestOf(sender: Sender) {
  const types: readonly string[] = SENDERS[sender];
  const options = webhookSchema.options.filter(({ shape }) => types.includes(shape.type.value));
  const [first, ...others] = options;
  if (!first) throw new Error(`no webhook of ${sender} has a schema`);
  const schema = others.length === 0 ? first : z.union([first, ...others]);
  return {
    headers: signedHeaders,
    body: { required: true, content: { 'application/json': { schema } } },
  };
}

function routeOf(sender: Sender) {
  return createRoute({
    ...access('signature'),
    tags: ['webhooks'],
    method: 'post',
    path: `/webhooks/${sender}`,
    summary: `Told by the ${sender} participant: ${SENDERS[sender].join(', ')}`,
    description:
      'Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature` over the raw body. The body is ' +
      `\`{ type, data: { order_id, ... } }\` with one of the types ${SENDERS[sender].map((type) => `\`${type}\``).join(', ')}. ` +
      'An order that is not known yet is waited for, 7 days.',
    responses: {
      202: jsonContent(z.object({ status: z.literal('stored') }), 'Stored; again: nothing new.'),
      ...problems(
        'WEBHOOK_SIGNATURE_INVALID',
        'WEBHOOK_TYPE_UNKNOWN',
        'BODY_INVALID',
        'BODY_TOO_LARGE',
        'UNAVAILABLE',
      ),
    },
  });
}

function readWebhook(sender: Sender, rawBody: Uint8Array): Webhook {
  const json = parseJson(decodeUtf8(rawBody));
  const { success, data } = z.object({ type: z.string() }).safeParse(json);
  const types: readonly string[] = SENDERS[sender];
  if (!success || !types.includes(data.type)) {
    throw new Problem('WEBHOOK_TYPE_UNKNOWN', `Send one of ${types.join(', ')} here.`);
  }
  const webhook = webhookSchema.safeParse(json);
  if (webhook.success) return webhook.data;
  const [issue] = webhook.error.issues;
  throw new Problem('BODY_INVALID', `${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}

type SendOptions = NonNullable<Parameters<Services['runner']['send']>[2]> & { readonly actor: string };

async function take(
  runner: Services['runner'],
  webhook: Webhook,
  options: SendOptions,
): ReturnType<typeof takeEvent> {
  if (webhook.type === 'refund.succeeded' || webhook.type === 'refund.failed')
    return await settleRefund(runner, webhook, options.actor);
  return await takeEvent(runner, sagaIdOf(webhook.data.order_id), eventOf(webhook), options);
}

async function takeEvent(
  runner: Services['runner'],
  ...[id, event, options]: Parameters<Services['runner']['send']>
): Promise<Pick<Awaited<ReturnType<Services['runner']['send']>>, 'outcome' | 'reason' | 'duplicate'>> {
  try {
    return await runner.send(id, event, options);
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    if (error.code === 'EVENT_INVALID')
      throw new Problem('BODY_INVALID', 'The webhook holds what no event may hold.');
    // News that can't come before its order: nobody waits for it, and sent again it would be no better.
    if (error.code === 'SAGA_NOT_FOUND') return { outcome: 'ignored', reason: error.code, duplicate: false };
    throw error;
  }
}

function eventOf(webhook: Exclude<Webhook, RefundNews>): { type: string; [key: string]: unknown } {
  switch (webhook.type) {
    case 'payment.succeeded':
      return { type: 'PAYMENT_SUCCEEDED', paymentId: webhook.data.payment_id, amount: webhook.data.amount };
    case 'payment.failed':
      return { type: 'PAYMENT_FAILED', paymentId: webhook.data.payment_id, amount: webhook.data.amount };
    case 'payment.authorization_expired':
      return { type: 'AUTHORIZATION_EXPIRED', paymentId: webhook.data.payment_id };
    case 'warehouse.packed':
      return { type: 'WAREHOUSE_PACKED', parcelId: webhook.data.parcel_id };
    case 'carrier.scanned':
      return { type: 'CARRIER_SCANNED', tracking: webhook.data.tracking };
  }
}

/** Any text may stand for an order. One that can't be a saga's id never will be one: it is kept under its hash. */
function sagaIdOf(orderId: string): string {
  return isSagaId(orderId) ? orderId : `unknown-${createHash('sha256').update(orderId).digest('hex')}`;
}

function messageIdOf(sender: Sender, webhookId: string): string {
  const id = `${sender}:${webhookId}`;
  return id.length <= 255 ? id : `${sender}:${createHash('sha256').update(webhookId).digest('hex')}`;
}
