import { createHash } from 'node:crypto';
import { type LateAnswer, SagaError, type SagaRunner, type Traceable } from '@countermand/saga-core';
import { readLimited } from './read-limited.js';
import { readSecrets, verifyWebhook } from './webhook-signature.js';

/** A webhook whose signature is valid. */
export interface ReceivedWebhook {
  /** The same each time that it is sent. */
  readonly id: string;
  /** The body's JSON. Nobody has checked what is in it. */
  readonly payload: unknown;
}

/** What a webhook means: an event for a saga, or the answer of a step that said `later()`. */
export type WebhookMeaning =
  | { readonly sagaId: string; readonly event: { readonly type: string; readonly [key: string]: unknown } }
  | { readonly idempotencyKey: string; readonly answer: LateAnswer };

/** What {@link webhookReceiver} takes. */
export interface WebhookReceiverOptions {
  /** Who sends: part of the message ids, so that two senders' ids can't meet, and the actor of the history. */
  readonly source: string;
  /** `whsec_` and base64; several while they are changed. */
  readonly secrets: readonly string[];
  readonly runner: Pick<SagaRunner, 'send' | 'answer'>;
  /**
   * Says what a webhook means. `undefined`: nothing here; it is answered with 204. What it throws is answered with
   * 400: parse the payload by a schema.
   */
  readonly read: (webhook: ReceivedWebhook) => WebhookMeaning | undefined;
  /** The largest body; 64 KiB by default. */
  readonly maxBytes?: number;
  /** Milliseconds since the epoch; the machine's clock by default. */
  readonly now?: () => number;
  /** Told of each webhook, for a log. */
  readonly onReceived?: (report: WebhookReport) => void;
}

/** What became of a webhook. */
export interface WebhookReport {
  readonly id: string | undefined;
  readonly status: number;
  /** Why it was refused; or what became of the event. */
  readonly outcome: string;
}

const DEFAULT_MAX_BYTES = 64 * 1024;

/**
 * Takes signed webhooks in, as a function from a web-standard request to a response: for Hono, Next, Bun, Deno, or
 * Node's own server behind an adapter. The signature is verified over the raw bytes before they are parsed; the
 * webhook's id makes its event unique, so that it is applied once however often it is sent. What follows from it goes
 * on with the trace of its `traceparent` header.
 *
 * Answers 202 once it is stored; 401 where the signature or the time isn't valid, 413, 400 for what can't be read or
 * may never be sent, 404 for a saga or step that isn't there, 503 where it should be sent again. What the runner
 * throws besides goes to the caller.
 *
 * @throws TypeError where a secret is none
 */
export function webhookReceiver(options: WebhookReceiverOptions): (request: Request) => Promise<Response> {
  readSecrets(options.secrets);
  return async (request) => {
    const id = request.headers.get('webhook-id') ?? undefined;
    const { status, outcome } = await receive(options, request, id);
    options.onReceived?.({ id, status, outcome });
    if (status === 204) return new Response(null, { status });
    if (status === 202) return Response.json({ status: 'stored' }, { status });
    const headers = { 'content-type': 'application/problem+json' };
    return Response.json({ title: TITLES[status], status, code: outcome }, { status, headers });
  };
}

type End = Pick<WebhookReport, 'status' | 'outcome'>;

const TITLES: Readonly<Record<number, string>> = {
  400: 'This webhook can not be taken',
  401: 'The signature is not valid',
  404: 'Nothing waits for this webhook',
  405: 'Webhooks are sent by POST',
  413: 'The body is too large',
  503: 'Send it again later',
};

async function receive(
  options: WebhookReceiverOptions,
  request: Request,
  id: string | undefined,
): Promise<End> {
  if (request.method !== 'POST') return { status: 405, outcome: 'method_not_allowed' };
  const bytes = await readLimited(request, options.maxBytes ?? DEFAULT_MAX_BYTES);
  if (!bytes) return { status: 413, outcome: 'body_too_large' };
  const now = options.now ?? Date.now;
  const refusal = verifyWebhook(options.secrets, request.headers, bytes, now());
  if (refusal || id === undefined) return { status: 401, outcome: refusal ?? 'headers_missing' };
  let meaning: WebhookMeaning | undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    meaning = options.read({ id, payload: JSON.parse(text) as unknown });
  } catch {
    return { status: 400, outcome: 'payload_invalid' };
  }
  if (!meaning) return { status: 204, outcome: 'nothing_to_do' };
  const traceparent = request.headers.get('traceparent') ?? undefined;
  return await store(options, id, meaning, traceparent === undefined ? {} : { traceparent });
}

async function store(
  { runner, source }: WebhookReceiverOptions,
  id: string,
  meaning: WebhookMeaning,
  trace: Traceable,
): Promise<End> {
  try {
    const { outcome } =
      'event' in meaning
        ? await runner.send(meaning.sagaId, meaning.event, {
            messageId: messageIdOf(source, id),
            actor: `webhook:${source}`,
            ...trace,
          })
        : await runner.answer(meaning.idempotencyKey, meaning.answer, trace);
    return { status: 202, outcome };
  } catch (error) {
    const status = error instanceof SagaError ? STATUSES[error.code] : undefined;
    if (!(error instanceof SagaError) || status === undefined) throw error;
    return { status, outcome: error.code };
  }
}

const STATUSES: { readonly [Code in SagaError['code']]?: number } = {
  EVENT_NOT_DECLARED: 400,
  EVENT_INVALID: 400,
  SAGA_ID_INVALID: 400,
  ANSWER_INVALID: 400,
  NOT_JSON: 400,
  SAGA_NOT_FOUND: 404,
  ANSWER_UNKNOWN: 404,
  MAILBOX_FULL: 503,
  RUNNER_STOPPED: 503,
  OVERLOADED: 503,
};

const MAX_ID = 255;

/** Senders choose their ids: one that is too long to be stored stands for its hash. */
function messageIdOf(source: string, webhookId: string): string {
  const id = `${source}:${webhookId}`;
  return id.length <= MAX_ID ? id : `${source}:${createHash('sha256').update(webhookId).digest('hex')}`;
}
