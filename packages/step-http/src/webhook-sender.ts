import type { JsonObject } from '@countermand/saga-core';
import { HttpCallError } from './http-call-error.js';
import { HttpClient, type HttpClientOptions, readRetryAfter } from './http-client.js';
import { readSecrets, signWebhook } from './webhook-signature.js';

/** A published event, as `runner.on` gives it. */
export interface WebhookEvent {
  readonly id: string;
  readonly sagaId: string;
  readonly type: string;
  readonly payload: JsonObject;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly trace?: { readonly traceparent?: string };
}

/** What {@link webhookSender} takes: the receiver's address as `baseUrl`, and how to sign. */
export interface WebhookSenderOptions extends Pick<HttpClientOptions, 'baseUrl' | 'headers' | 'fetch'> {
  /** `whsec_` and base64; each signs, so that the receiver may know any of them. */
  readonly secrets: readonly string[];
  /** The longest that one attempt may take, in milliseconds; 15 seconds by default. */
  readonly timeoutMs?: number;
  /** How long to wait before the 2nd, 3rd ... attempt, in milliseconds; the last one goes on. */
  readonly scheduleMs?: readonly number[];
  /** Makes the body; `{ type, timestamp, data: { saga_id, ...payload } }` by default. */
  readonly body?: (event: WebhookEvent) => unknown;
  /** The receiver says 410: it wants no more. The event counts as taken. */
  readonly onGone?: (event: WebhookEvent) => void;
  /** Milliseconds since the epoch; the machine's clock by default. */
  readonly now?: () => number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The schedule that Standard Webhooks recommends, in milliseconds. */
export const WEBHOOK_SCHEDULE_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

const DEFAULT_TIMEOUT_MS = 15_000;
const JITTER = 0.2;

/** A webhook that wasn't taken. `retryInMs` is what `runner.on` waits before it tries again. */
export class WebhookNotTaken extends Error {
  override readonly name = 'WebhookNotTaken';

  constructor(
    message: string,
    readonly retryInMs: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Sends published events as signed webhooks. The outbox is the queue: give the result to
 * `runner.on(type, { name }, ...)`, and each event is sent at least once, in order per saga, until the receiver
 * answers 2xx. The webhook's id is the event's and never changes; every attempt is signed anew.
 *
 * An event that isn't taken holds up later ones of the same saga, and no others. A `Retry-After` is honoured where it
 * asks for more than the schedule.
 *
 * @throws TypeError where the address or a secret is none
 */
export function webhookSender(
  options: WebhookSenderOptions,
): (event: WebhookEvent, call: { readonly signal: AbortSignal; readonly attempt: number }) => Promise<void> {
  const { secrets, timeoutMs = DEFAULT_TIMEOUT_MS, now = Date.now, onGone } = options;
  // Each event is sent by the schedule; a breaker would only hide the receiver's answers.
  const client = new HttpClient({ ...options, timeoutMs, breaker: false });
  readSecrets(secrets);
  const makeBody = options.body ?? bodyOf;
  const notTaken = (
    event: WebhookEvent,
    attempt: number,
    what: string,
    afterMs: number | undefined,
    cause?: unknown,
  ) => {
    const schedule = options.scheduleMs ?? WEBHOOK_SCHEDULE_MS;
    const waitMs = schedule[Math.min(attempt, schedule.length) - 1] ?? 0;
    // Spread a little, so that what failed together isn't sent together for ever.
    const retryInMs = Math.max(waitMs * (1 + Math.random() * JITTER), afterMs ?? 0);
    return new WebhookNotTaken(`webhook ${event.id}: ${what}`, retryInMs, { cause });
  };
  return async (event, { signal, attempt }) => {
    const text = JSON.stringify(makeBody(event));
    const { traceparent } = event.trace ?? {};
    const headers = {
      ...signWebhook(secrets, event.id, now(), text),
      ...(traceparent !== undefined && { traceparent }),
    };
    const request = { method: 'POST', path: '', headers, text, signal, ignoreBody: true };
    const answer = await client.send(request).catch((error: unknown) => {
      if (!(error instanceof HttpCallError)) throw error;
      throw notTaken(event, attempt, error.message, error.retryAfterMs, error);
    });
    if (answer.status >= 200 && answer.status < 300) return;
    if (answer.status !== 410)
      throw notTaken(event, attempt, `answered with ${answer.status}`, readRetryAfter(answer.headers));
    onGone?.(event);
  };
}

function bodyOf({ type, sagaId, payload, at }: WebhookEvent) {
  return { type, timestamp: new Date(at).toISOString(), data: { saga_id: sagaId, ...payload } };
}
