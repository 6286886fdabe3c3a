import { createHash } from 'node:crypto';
import type { Envelope } from './message.js';
import { headersOf, readBody, readCorrelationId, readPayload, readText, readTime } from './read-body.js';

/**
 * `{ "type", "correlation_id": saga id, "timestamp": ISO, "payload" }`. What the body has no field for stands in the
 * headers `message-id`, `idempotency-key` and `traceparent`. A message that comes without an id gets one from its
 * body, so that a copy of it has the same.
 */
export const plainEnvelope: Envelope = {
  contentType: 'application/json',
  encode: ({ type, correlationId, at, payload, ...meta }) => ({
    body: JSON.stringify({
      type,
      correlation_id: correlationId,
      timestamp: new Date(at).toISOString(),
      payload,
    }),
    headers: headersOf(meta),
  }),
  decode({ body, headers }) {
    const fields = readBody(body);
    const { 'message-id': id, 'idempotency-key': idempotencyKey, traceparent } = headers;
    return {
      id: id ?? createHash('sha256').update(body).digest('hex'),
      type: readText(fields, 'type'),
      correlationId: readCorrelationId(fields, 'correlation_id'),
      at: readTime(fields, 'timestamp'),
      payload: readPayload(fields, 'payload'),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(traceparent !== undefined && { traceparent }),
    };
  },
};
