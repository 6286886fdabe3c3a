import { createHash } from 'node:crypto';
import { messageOf, SagaError } from '@countermand/saga-core';

/** Ours alone, drawn once; names within it are made of the saga's name and the key. */
const NAMESPACE = 'b7c4b8f6-0c1b-5a51-9d52-5f6f3f1f7a60';

/**
 * The id of a saga that is started with an idempotency key: the same (RFC 9562 version 5) wherever it is made.
 *
 * @throws SagaError `SAGA_ID_INVALID` for an empty key, such as a header that wasn't sent
 */
export function sagaIdFor(saga: string, idempotencyKey: string): string {
  if (idempotencyKey === '')
    throw new SagaError(
      'SAGA_ID_INVALID',
      'an idempotency key is a text that is not empty: all who start with the same one share a saga',
    );
  const hash = createHash('sha1')
    .update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(JSON.stringify([saga, idempotencyKey]))
    .digest()
    .subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Tells inputs apart: the same for two that differ only in the order of their keys.
 *
 * @throws SagaError `INPUT_INVALID` for what can't be written as JSON: a bigint, a cycle
 */
export function hashInput(input: unknown): string {
  try {
    return createHash('sha256').update(canonicalJson(input)).digest('base64url');
  } catch (error) {
    throw new SagaError('INPUT_INVALID', `the input can't be written as JSON: ${messageOf(error)}`);
  }
}

function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'null'
  );
}
