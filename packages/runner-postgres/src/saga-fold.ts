import {
  type AnySaga,
  attributesOf,
  type Cause,
  type Decision,
  decide,
  type Effect,
  type Envelope,
  type HistoryEntry,
  isSettled,
  type JsonObject,
  type Log,
  messageOf,
  type Publish,
  sagaStatus,
} from '@countermand/saga-core';
import { type Dispatcher, deadlineOf, stepRow, type Traced, timerRow } from './outbox-plan.js';
import type { OutboxChange, OutboxRow } from './ports/outbox-rows.js';
import type { StoredSaga } from './ports/saga-rows.js';
import { SagaWrite } from './ports/saga-write.js';
import type { BatchTelemetry, TransitionTelemetry } from './ports/telemetry.js';
import { stepQueue } from './saga-registry.js';

/**
 * One saga within a batch: its causes are folded in order of arrival, so that they come to one snapshot, a history
 * row each, and every outbox row written once.
 */
export class SagaFold {
  readonly definition: AnySaga;
  readonly sagaId: string;
  readonly history: HistoryEntry[] = [];
  readonly published: Traced<Publish>[] = [];
  readonly logs: Log[] = [];
  /** Of a saga that this batch starts. */
  readonly start: { readonly nonce: string; readonly inputHash: string } | undefined;
  readonly #now: number;
  readonly #telemetry: BatchTelemetry | undefined;
  readonly #stored: StoredSaga | undefined;
  readonly #added = new Map<string, OutboxRow>();
  readonly #changed = new Map<string, OutboxChange>();
  readonly #reruns = new Map<string, OutboxChange>();
  #envelope: Envelope;
  #attributes: JsonObject;
  #error: string | null;
  #isDirty = false;
  /** Of the cause that is being carried out. */
  #traceparent: string | null = null;

  private constructor(
    definition: AnySaga,
    envelope: Envelope,
    now: number,
    from: {
      readonly stored?: StoredSaga;
      readonly start?: { readonly nonce: string; readonly inputHash: string };
    },
    telemetry: BatchTelemetry | undefined,
  ) {
    this.definition = definition;
    this.sagaId = envelope.sagaId;
    this.start = from.start;
    this.#now = now;
    this.#telemetry = telemetry;
    this.#stored = from.stored;
    this.#envelope = envelope;
    this.#attributes = from.stored?.attributes ?? {};
    this.#error = from.stored?.error ?? null;
  }

  /** A saga that is stored, and locked. */
  static of(definition: AnySaga, stored: StoredSaga, now: number, telemetry?: BatchTelemetry): SagaFold {
    return new SagaFold(definition, stored.envelope, now, { stored }, telemetry);
  }

  /** A saga that comes to another version, or is parked because it couldn't; it is written as it is then. */
  static upgraded(
    definition: AnySaga,
    stored: StoredSaga,
    decision: Decision,
    now: number,
    telemetry?: BatchTelemetry,
  ): SagaFold {
    const fold = new SagaFold(definition, decision.envelope, now, { stored }, telemetry);
    fold.#transition('upgrade', null)?.decided(decision);
    fold.#take(decision);
    return fold;
  }

  /** A saga that begins. */
  static begun(
    definition: AnySaga,
    decision: Decision,
    { traceparent, ...start }: Traced<{ readonly nonce: string; readonly inputHash: string }>,
    now: number,
    telemetry?: BatchTelemetry,
  ): SagaFold {
    const fold = new SagaFold(definition, decision.envelope, now, { start }, telemetry);
    fold.#transition('start', traceparent)?.decided(decision);
    fold.#attributes = attributesOf(definition, decision.envelope);
    fold.#take(decision);
    return fold;
  }

  /**
   * Decides one more cause. What is refused leaves nothing behind.
   *
   * @param continues - whether it goes on with that trace, or only comes from there
   */
  apply(cause: Cause, traceparent: string | null = null, continues = true): Decision {
    const transition = this.#transition(cause.type, traceparent, continues);
    const decision = decide(this.definition, this.#envelope, cause, this.#now);
    transition?.decided(decision);
    if (decision.outcome !== 'refused') this.#take(decision);
    return decision;
  }

  /** The runner itself had stopped the saga; lets it go on. Says whether it had. */
  clearError(): boolean {
    if (this.#error === null) return false;
    this.#error = null;
    this.#isDirty = true;
    return true;
  }

  /** What is to be written of the saga itself; `undefined` when nothing happened. */
  write(): SagaWrite | undefined {
    if (!this.#isDirty) return undefined;
    const { definition } = this;
    // Of a version that may be unknown here, nothing is known but that it is parked.
    const isKnown = this.#envelope.version === definition.version;
    if (isKnown) this.#readAttributes();
    const envelope = this.#envelope;
    const status = this.#error === null && isKnown ? sagaStatus(definition, envelope) : 'parked';
    return new SagaWrite({
      saga: definition.name,
      status,
      settled: status === 'rest' && isSettled(definition, envelope),
      revision: (this.#stored?.revision ?? 0) + 1,
      envelope,
      attributes: this.#attributes,
      error: this.#error,
      start: this.start,
    });
  }

  /** Sends the saga's outbox rows on their way. */
  dispatch(dispatcher: Dispatcher): void {
    for (const row of this.#added.values()) dispatcher.add(row, this.definition);
    for (const [key, change] of this.#reruns) dispatcher.deliver(change, this.#queueOf(key));
    dispatcher.dispatched.changed.push(...this.#changed.values());
  }

  /** Milliseconds until the first timer that was armed is due. */
  get firstTimerInMs(): number {
    const dues = [...this.#added.values()].flatMap(({ kind, dueAt }) =>
      kind === 'timer' && dueAt !== null ? dueAt : [],
    );
    return Math.min(...dues) - this.#now;
  }

  /** Whether rows wait for the sweeper to answer for them. */
  get hasLeftSteps(): boolean {
    return [...this.#changed.values()].some(({ left }) => left);
  }

  /** What follows from the cause carries its trace, or the transition's own where there is somebody who traces. */
  #transition(cause: string, traceparent: string | null, continues = true): TransitionTelemetry | undefined {
    const { definition: saga, sagaId } = this;
    const transition = this.#telemetry?.transition({ saga, sagaId, cause, traceparent, continues });
    this.#traceparent = transition ? transition.traceparent : traceparent;
    return transition;
  }

  #take(decision: Decision): void {
    this.#isDirty = true;
    this.#envelope = decision.envelope;
    this.history.push(...decision.history);
    for (const effect of decision.effects) this.#carry(effect);
  }

  #carry(effect: Effect): void {
    switch (effect.type) {
      case 'runStep':
        this.#add(stepRow(this, effect, this.#now, this.#traceparent));
        break;
      case 'armTimer':
        this.#add(timerRow(this.sagaId, effect, this.#now, this.#traceparent));
        break;
      case 'publish':
        this.published.push({ ...effect, traceparent: this.#traceparent });
        break;
      case 'log':
        this.logs.push(effect);
        break;
      default:
        this.#change(effect);
    }
  }

  #add(row: OutboxRow): void {
    this.#added.set(row.key, row);
  }

  #change(effect: Exclude<Effect, { type: 'runStep' | 'armTimer' | 'publish' | 'log' }>): void {
    const { key } = effect;
    const { sagaId } = this;
    switch (effect.type) {
      case 'rerunStep':
        this.#changed.delete(key);
        this.#reruns.set(key, {
          sagaId,
          key,
          renewed: { deadlineAt: deadlineOf(this.definition, this.#stepOf(key), this.#now, 'invoke') },
        });
        break;
      case 'leaveStep':
        this.#merge(key, { left: true });
        break;
      case 'renameStep': {
        const { step } = effect;
        this.#changed.set(key, {
          sagaId,
          key,
          renamed: { step, queue: stepQueue(this.definition.name, step) },
        });
        break;
      }
      case 'parkStep':
        this.#merge(key, { status: 'parked', lastError: effect.error });
        break;
      case 'cancelStep':
      case 'cancelTimer':
        this.#merge(key, { status: 'cancelled' });
    }
  }

  /** A row of this same batch is changed where it is; of a stored one the changes are put together. */
  #merge(key: string, change: { status?: 'parked' | 'cancelled'; left?: true; lastError?: string }): void {
    const row = this.#added.get(key);
    if (row?.kind === 'timer' || (row && change.status === 'cancelled')) {
      this.#added.delete(key);
    } else if (row) {
      this.#added.set(key, { ...row, ...change, ...(change.left && { dueAt: this.#now }) });
    } else {
      const rerun = this.#reruns.get(key);
      this.#reruns.delete(key);
      this.#changed.set(key, { sagaId: this.sagaId, key, ...rerun, ...this.#changed.get(key), ...change });
    }
  }

  #stepOf(key: string): string {
    return this.#envelope.runs.find(({ id, visit }) => `${id}:${visit}` === key)?.step ?? '';
  }

  #queueOf(key: string): string {
    return stepQueue(this.definition.name, this.#stepOf(key));
  }

  /** A function of the user's that throws here is one more thing that can't go on: the saga parks. */
  #readAttributes(): void {
    try {
      this.#attributes = attributesOf(this.definition, this.#envelope);
    } catch (error) {
      if (this.start) throw error;
      this.apply({ type: 'park', reason: `attributes: ${messageOf(error)}`, actor: 'runner' });
    }
  }
}
