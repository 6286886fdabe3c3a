import { admitEvent } from '../apply-event.js';
import type { EventCause } from '../cause.js';
import type { SendResult } from '../runner-contract.js';
import type { AnySaga } from '../saga-definition.js';
import { SagaError, type SagaErrorCode } from '../saga-error.js';

/** Events that came before their saga, by its id. */
export class Mailbox {
  readonly #waiting = new Map<string, EventCause[]>();

  /** Keeps an event, if a saga could defer it. @throws SagaError as `runner.send` does */
  keep(sagas: readonly AnySaga[], sagaId: string, cause: EventCause, now: number): SendResult {
    const before = this.#waiting.get(sagaId) ?? [];
    const result = { outcome: 'deferred', reason: 'SAGA_NOT_STARTED' } as const;
    if (before.some((one) => one.messageId === cause.messageId)) return { ...result, duplicate: true };
    assertAdmitted(sagas, sagaId, cause);
    this.#waiting.set(sagaId, [...before, { ...cause, accepted: true, receivedAt: now }]);
    return { ...result, duplicate: false };
  }

  /** What waits for a saga, in order of arrival. */
  of(sagaId: string): readonly EventCause[] {
    return this.#waiting.get(sagaId) ?? [];
  }

  /** The saga has begun, with what waited for it. */
  clear(sagaId: string): void {
    this.#waiting.delete(sagaId);
  }
}

function assertAdmitted(sagas: readonly AnySaga[], sagaId: string, cause: EventCause): void {
  const { type } = cause.event;
  const refusals: string[] = [];
  let isDeclared = false;
  for (const saga of sagas) {
    const declared = Object.hasOwn(saga.events, type) ? saga.events[type] : undefined;
    isDeclared ||= declared !== undefined;
    if (!declared?.defer) continue;
    const admitted = admitEvent(saga, cause.event, false);
    if ('event' in admitted) return;
    refusals.push(admitted.refusal);
  }
  const [refusal] = refusals;
  if (refusal) throw refusedError(refusal);
  if (!isDeclared)
    throw new SagaError('EVENT_NOT_DECLARED', `'${type}' is not a public event of any saga here`);
  throw new SagaError('SAGA_NOT_FOUND', `no saga '${sagaId}', and '${type}' may not come before its saga`);
}

/** The error for a reason such as `EVENT_INVALID: text` that a decision refused with. */
export function refusedError(reason: string, details?: unknown): SagaError {
  const [code = reason, ...text] = reason.split(': ');
  // Reasons of refusals begin with a code of the table.
  return new SagaError(code as SagaErrorCode, text.join(': ') || reason, details);
}
