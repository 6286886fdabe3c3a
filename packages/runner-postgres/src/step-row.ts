import { idempotencyKey, type RunStep, type StepRun } from '@countermand/saga-core';
import type { OutboxRow } from './ports/outbox-rows.js';

/**
 * The row of a step that nobody has begun. An instance, as whatever outlives the batch that makes it:
 * `docs/performance.md`.
 */
export class StepRow implements OutboxRow {
  readonly sagaId: string;
  readonly key: string;
  readonly kind = 'step';
  readonly status = 'pending';
  readonly id: string;
  readonly visit: number;
  readonly step: string;
  readonly role: StepRun['role'];
  readonly queue: string;
  readonly attempt = 0;
  readonly left = false;
  readonly lease = null;
  readonly delivery = null;
  readonly dueAt = null;
  readonly deadlineAt: number;
  readonly input: unknown;
  readonly idempotencyKey: string | null;
  readonly traceparent: string | null;
  readonly result = null;
  readonly lastError = null;
  readonly createdAt: number;

  /** @param now - database time */
  constructor(
    sagaId: string,
    effect: RunStep,
    queue: string,
    deadlineAt: number,
    traceparent: string | null,
    now: number,
  ) {
    this.sagaId = sagaId;
    this.key = effect.key;
    this.id = effect.id;
    this.visit = effect.visit;
    this.step = effect.step;
    this.role = effect.role;
    this.queue = queue;
    this.deadlineAt = deadlineAt;
    this.input = effect.input;
    // Stored where it can't be made from the row: a probe asks about the key of another one.
    this.idempotencyKey =
      effect.idempotencyKey === idempotencyKey(sagaId, effect.key) ? null : effect.idempotencyKey;
    this.traceparent = traceparent;
    this.createdAt = now;
  }
}
