import { unpackedEnvelope } from './packed-envelope.js';

/** The columns of `saga` under the names of `StoredSaga`. */
export function sagaColumns(ours: string, alias: string): string {
  return `${alias}.id, ${alias}.saga, ${alias}.version, ${alias}.status, ${alias}.revision,
    ${unpackedEnvelope(ours, alias)} as envelope,
    ${alias}.attributes, ${alias}.error, ${alias}.start_nonce as "startNonce", ${alias}.input_hash as "inputHash",
    ${ours}.ms(${alias}.created_at) as "createdAt", ${ours}.ms(${alias}.updated_at) as "updatedAt"`;
}

/** The columns of `outbox` under the names of `OutboxRow`. */
export function outboxColumns(ours: string, alias: string): string {
  return `${alias}.saga_id as "sagaId", ${alias}.key, ${alias}.kind, ${alias}.status, ${alias}.id, ${alias}.visit,
    ${alias}.step, ${alias}.role, ${alias}.queue, ${alias}.attempt, ${alias}."left", ${alias}.lease,
    ${alias}.delivery, ${ours}.ms(${alias}.due_at) as "dueAt", ${ours}.ms(${alias}.deadline_at) as "deadlineAt",
    ${alias}.input, ${alias}.idempotency_key as "idempotencyKey", ${alias}.traceparent, ${alias}.result,
    ${alias}.last_error as "lastError", ${ours}.ms(${alias}.created_at) as "createdAt"`;
}

/** The columns of `inbox` under the names of `InboxRow`. */
export function inboxColumns(ours: string, alias: string): string {
  return `${alias}.saga_id as "sagaId", ${alias}.message_id as "messageId", ${alias}.status, ${alias}.reason,
    ${alias}.event, ${alias}.actor, ${alias}.nonce, ${alias}.traceparent, ${ours}.ms(${alias}.received_at) as "receivedAt",
    ${ours}.ms(${alias}.expires_at) as "expiresAt"`;
}
