import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a webhook's time may be from ours, either way. */
const TOLERANCE_S = 300;

/** The three headers of Standard Webhooks. */
export interface WebhookHeaders {
  readonly id: string | undefined;
  /** Seconds since 1970, as text. */
  readonly timestamp: string | undefined;
  /** `v1,` and base64; several with spaces. */
  readonly signature: string | undefined;
}

/**
 * Whether one of the signatures was made with one of the secrets over exactly these bytes, at a time near ours:
 * HMAC-SHA256 over `id.timestamp.body`. Compares in constant time, and looks at the bytes before anybody parses them.
 *
 * @param secrets - `whsec_` and base64
 * @param nowMs - milliseconds since the epoch
 */
export function isSignatureValid(
  secrets: readonly string[],
  { id, timestamp, signature }: WebhookHeaders,
  body: Uint8Array,
  nowMs: number,
): boolean {
  if (!id || !timestamp || !signature || !/^[0-9]{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Math.floor(nowMs / 1_000) - Number(timestamp)) > TOLERANCE_S) return false;
  const given = signature
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice('v1,'.length), 'base64'));
  let isValid = false;
  for (const secret of secrets) {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    for (const one of given) {
      if (one.length === expected.length && timingSafeEqual(one, expected)) isValid = true;
    }
  }
  return isValid;
}
