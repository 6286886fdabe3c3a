import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a webhook's time may be from ours, either way, in milliseconds. */
export const WEBHOOK_TOLERANCE_MS = 300_000;

/** The three headers of Standard Webhooks. */
export interface WebhookHeaders {
  readonly 'webhook-id': string;
  /** Seconds since 1970. */
  readonly 'webhook-timestamp': string;
  /** `v1,` and base64, one for each secret, with spaces between them. */
  readonly 'webhook-signature': string;
}

/** Why a webhook isn't believed. */
export type WebhookRefusal = 'headers_missing' | 'too_old_or_new' | 'signature_invalid';

/**
 * Signs a webhook as Standard Webhooks has it: HMAC-SHA256 over id, time and body, with each of the secrets, so that
 * a receiver may know the old or the new one while they are changed.
 *
 * @param secrets - `whsec_` and base64
 * @param atMs - milliseconds since the epoch
 * @throws TypeError where a secret is none
 */
export function signWebhook(
  secrets: readonly string[],
  id: string,
  atMs: number,
  body: string | Uint8Array,
): WebhookHeaders {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signatures = readSecrets(secrets).map(
    (key) => `v1,${hmac(key, id, timestamp, body).toString('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

/**
 * Whether one of the signatures was made with one of the secrets over exactly these bytes, at a time near ours.
 * Compares in constant time, and looks at the bytes before anybody parses them.
 *
 * @param nowMs - milliseconds since the epoch
 * @returns why not; `undefined` where it is valid
 */
export function verifyWebhook(
  secrets: readonly string[],
  headers: Headers,
  body: Uint8Array,
  nowMs: number,
): WebhookRefusal | undefined {
  const id = headers.get('webhook-id');
  const timestamp = headers.get('webhook-timestamp');
  const signature = headers.get('webhook-signature');
  if (!id || !timestamp || !signature) return 'headers_missing';
  const isNumber = /^[0-9]{1,12}$/.test(timestamp);
  const distanceMs = Math.abs(Math.floor(nowMs / 1_000) - Number(timestamp)) * 1_000;
  if (!isNumber || distanceMs > WEBHOOK_TOLERANCE_MS) return 'too_old_or_new';
  const given = signature
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice('v1,'.length), 'base64'));
  let isValid = false;
  for (const key of readSecrets(secrets)) {
    const expected = hmac(key, id, timestamp, body);
    for (const one of given) {
      if (one.length === expected.length && timingSafeEqual(one, expected)) isValid = true;
    }
  }
  return isValid ? undefined : 'signature_invalid';
}

const MIN_SECRET_BYTES = 16;

/** The keys of secrets. @throws TypeError where there is none, or one that is no secret, without naming it */
export function readSecrets(secrets: readonly string[]): readonly Buffer[] {
  if (secrets.length === 0) throw new TypeError('webhooks need at least one secret');
  return secrets.map((secret, index) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    if (key.length >= MIN_SECRET_BYTES) return key;
    throw new TypeError(
      `webhook secret ${index + 1} must be whsec_ and the base64 of at least ${MIN_SECRET_BYTES} bytes`,
    );
  });
}

function hmac(key: Buffer, id: string, timestamp: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
