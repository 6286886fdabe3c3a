import type { JsonObject, StepCall } from '@countermand/saga-core';
import type { Message } from './message.js';

/** A domain event that a saga published; the runner's `PublishedEvent` is one. */
export interface DomainEvent {
  /** The same for every delivery of this event. */
  readonly id: string;
  readonly sagaId: string;
  readonly type: string;
  readonly payload: JsonObject;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** W3C trace context of what caused it, where there is one. */
  readonly trace?: { readonly traceparent?: string };
}

/**
 * The message that commands a participant to carry a step out. Each attempt of a step sends it with the same id and
 * idempotency key.
 */
export function commandMessage(type: string, payload: JsonObject, call: StepCall<unknown>): Message {
  const { idempotencyKey, sagaId, trace } = call;
  const { traceparent } = trace;
  return {
    ...{ id: idempotencyKey, type, correlationId: sagaId, at: Date.now(), payload, idempotencyKey },
    ...(traceparent !== undefined && { traceparent }),
  };
}

/** The message that tells of a domain event. Each delivery has the same id, time and payload. */
export function eventMessage({ id, sagaId, type, payload, at, trace }: DomainEvent): Message {
  const traceparent = trace?.traceparent;
  return {
    ...{ id, type, correlationId: sagaId, at, payload },
    ...(traceparent !== undefined && { traceparent }),
  };
}
