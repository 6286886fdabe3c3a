import { SagaError } from './saga-error.js';

/** Has nothing in it that {@link idempotencyKey} encodes. */
const PLAIN_KEY = /^[!#-$&-[\]-~]*$/;

const SAGA_ID = /^[A-Za-z0-9._~-]{1,128}$/;

/** Whether the text can be a saga's id: 1 to 128 of `A-Z a-z 0-9 . _ ~ -`. */
export function isSagaId(text: string): boolean {
  // A number would pass for its text, and be found under neither.
  return typeof text === 'string' && SAGA_ID.test(text);
}

/** @throws SagaError `SAGA_ID_INVALID` */
export function assertSagaId(text: string): void {
  if (isSagaId(text)) return;
  throw new SagaError('SAGA_ID_INVALID', 'a saga id is a text of 1 to 128 of A-Z a-z 0-9 . _ ~ -');
}

/**
 * The key that a participant gets: the same for every attempt of one visit. Printable ASCII without spaces, for it
 * travels in headers and metadata: what else is in a row's key (an obligation may be named after a coupon `SOMMER€`)
 * is percent-encoded, and so are quotes, backslashes and `%` itself.
 */
export function idempotencyKey(sagaId: string, rowKey: string): string {
  if (PLAIN_KEY.test(rowKey)) return `${sagaId}:${rowKey}`;
  const encoded = rowKey.toWellFormed().replace(/[^!#-$&-[\]-~]/gu, (one) => encodeURIComponent(one));
  return `${sagaId}:${encoded}`;
}

/** The saga and the row that an idempotency key names; `undefined` for a text that is none. */
export function parseIdempotencyKey(
  text: string,
): { readonly sagaId: string; readonly key: string } | undefined {
  const colon = text.indexOf(':');
  const sagaId = text.slice(0, colon);
  const key = decoded(text.slice(colon + 1)) ?? '';
  // What can't be stored can't be a row's key either: a text from outside must not fail in the database.
  const isKey = /^.+:[1-9][0-9]*$/s.test(key) && key.isWellFormed() && !key.includes('\0');
  return colon > 0 && isSagaId(sagaId) && isKey ? { sagaId, key } : undefined;
}

/** The key of a row: its step's id and the visit. */
export function rowKey(id: string, visit: number): string {
  return `${id}:${visit}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
