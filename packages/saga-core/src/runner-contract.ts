import type { HistoryEntry } from './decision.js';
import type { Obligation, ParkReason, StepRun } from './envelope.js';
import type { Json, JsonObject } from './json.js';
import type { Money } from './step.js';
import type { Traceable } from './traceparent.js';

/** `rest`: at rest; then {@link SagaView.settled} says whether nothing is open that shouldn't be. */
export type SagaStatus = 'running' | 'compensating' | 'parked' | 'rest';

/** A step, undo or probe of one saga, as people see it. */
export interface StepView {
  /** `id:visit`; what `retry` and `skip` take. */
  readonly key: string;
  readonly id: string;
  /** The contract's name. */
  readonly name: string;
  readonly visit: number;
  readonly role: StepRun['role'];
  readonly status:
    | 'pending'
    | 'running'
    | 'awaiting'
    | 'done'
    | 'declined'
    | 'unknown'
    | 'cancelled'
    | 'parked';
  /** Attempts that were begun. */
  readonly attempts: number;
  /** The machine has left it; what it answers settles the ledger alone. */
  readonly left: boolean;
  /** What the last attempt that failed said. */
  readonly error?: string;
}

/** Something that is, or may be, open in the world. */
export interface ObligationView {
  /** `kind:instance`. */
  readonly id: string;
  readonly kind: string;
  readonly instance: string;
  readonly certainty: Exclude<Obligation['certainty'], 'closed'>;
  /** The step that opened it, or the event. */
  readonly step: string;
  /** The step that would undo it; missing where there is no way back. */
  readonly undo?: string;
  readonly amount?: Money;
}

/** What is stored of one saga, as people see it. Times are milliseconds since the epoch, database time. */
export interface SagaView {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly status: SagaStatus;
  /** At rest, with nothing open that the end doesn't keep. */
  readonly settled: boolean;
  /** The machine's state value. */
  readonly state: Json;
  readonly context: Json;
  readonly attributes: JsonObject;
  /** Why it is parked; empty when it isn't. */
  readonly parked: readonly ParkReason[];
  readonly steps: readonly StepView[];
  /** In the order in which they were opened. */
  readonly openObligations: readonly ObligationView[];
  readonly timers: readonly { readonly id: string; readonly dueAt: number }[];
  /** Steps, timers and public events that can move it now, for people. */
  readonly waitingFor: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What {@link SagaRunner.start} takes beside the input. */
export interface StartOptions extends Traceable {
  /** 1 to 128 of `A-Z a-z 0-9 . _ ~ -`. Left out: derived from the idempotency key, or drawn. */
  readonly id?: string;
  /** The same key and input again: the first saga is returned. Another input: `START_CONFLICT`. */
  readonly idempotencyKey?: string;
  /** Who started it, for the history; `system` by default. */
  readonly actor?: string;
}

/** The saga that a start made, or found. */
export interface StartResult {
  readonly id: string;
  /** False when an equal start had made it before. */
  readonly created: boolean;
}

/** What {@link SagaRunner.send} takes beside the event. */
export interface SendOptions extends Traceable {
  /** Makes the event unique within its saga: the same id again is applied once. Left out: drawn. */
  readonly messageId?: string;
  /** Who sent it, for the history; `system` by default. */
  readonly actor?: string;
  /**
   * Why, in the sender's own words: kept in the history, with the event's cause. Lost where the event is only stored
   * for now: with `tx`, or before its saga exists.
   */
  readonly note?: string;
}

/** What became of an event. */
export interface SendResult {
  /** `accepted`: stored, and decided later; the history tells. */
  readonly outcome: 'applied' | 'ignored' | 'deferred' | 'accepted';
  /** Why it was ignored or deferred: a code such as `NOT_HANDLED`. */
  readonly reason?: string;
  /** The message id had come before; `outcome` is what became of it then. */
  readonly duplicate: boolean;
}

/** An administrator's act on one saga. */
export interface AdminOptions extends Traceable {
  readonly actor: string;
}

/** What {@link SagaRunner.retry} takes. */
export interface RetryOptions extends AdminOptions {
  /** `id:visit` of the one step to resume; everything that is parked where this is left out. */
  readonly step?: string;
  readonly reason?: string;
}

/** A move by hand along an edge that the machine declares for administrators. */
export interface OverrideRequest extends AdminOptions {
  /** The top-level state to go to. */
  readonly to: string;
  readonly reason: string;
  /** Lifts the guard of the edge, where it has one. */
  readonly force?: boolean;
  readonly messageId?: string;
}

/** What a saga waits for, until when, and what would be undone if it failed now. */
export interface WhatNext {
  readonly waitingFor: SagaView['waitingFor'];
  readonly timers: SagaView['timers'];
  /** Public events that would move it now, and the top-level state that each leads to. */
  readonly events: readonly { readonly event: string; readonly to: string }[];
  /** Targets of {@link SagaRunner.override}: without force, and those that need it. */
  readonly overrides: readonly { readonly to: string; readonly needsForce: boolean }[];
  readonly wouldUndo: readonly ObligationView[];
}

/** What {@link SagaRunner.upgrade} takes. */
export interface UpgradeOptions extends AdminOptions {
  /** The version; the newest that the runner knows by default. */
  readonly to?: number;
}

/**
 * What became of an upgrade. `same`: the saga is of that version. `refused`: it goes on in its own version, for the
 * reason given. `parked`: its migration failed, and it is parked with the error, in its own version.
 */
export interface UpgradeResult {
  readonly outcome: 'upgraded' | 'same' | 'refused' | 'parked';
  readonly reason?: string;
}

/** The answer of a step whose adapter said `later()`. */
export type LateAnswer =
  | { readonly output: unknown }
  | { readonly declined: string; readonly details?: Json }
  | { readonly failed: string };

/** What the in-memory runner and the Postgres runner have in common; the conformance suite drives this. */
export interface SagaRunner {
  /** @throws SagaError `INPUT_INVALID`, `SAGA_UNKNOWN`, `SAGA_ID_INVALID`, `START_CONFLICT` */
  start(saga: { readonly name: string }, input: unknown, options?: StartOptions): Promise<StartResult>;
  /**
   * Sends a public event. One for a saga that doesn't exist yet is kept if its type may be deferred.
   *
   * @throws SagaError `EVENT_NOT_DECLARED`, `EVENT_INVALID`, `SAGA_NOT_FOUND`, `MAILBOX_FULL`
   */
  send(
    id: string,
    event: { readonly type: string; readonly [key: string]: unknown },
    options?: SendOptions,
  ): Promise<SendResult>;
  /** Gives a step whose adapter said `later()` its answer. The same answer again is ignored. */
  answer(idempotencyKey: string, answer: LateAnswer, options?: Traceable): Promise<SendResult>;
  /** The saga, or `undefined` when there is none. */
  get(id: string): Promise<SagaView | undefined>;
  /** Every event, applied or not, in order of `seq`. */
  history(id: string): Promise<readonly HistoryEntry[]>;
  /**
   * Resumes what is parked: all of it, or one step. Who did it, and why, is a line of the history.
   *
   * @throws SagaError `NOT_PARKED`, `STEP_NOT_FOUND`
   */
  retry(id: string, options: RetryOptions): Promise<void>;
  /** Gives a parked step up, with a reason. @throws SagaError `NOT_PARKED`, `STEP_NOT_FOUND` */
  skip(id: string, options: AdminOptions & { readonly step: string; readonly reason: string }): Promise<void>;
  /** @throws SagaError `OVERRIDE_REFUSED`, whose details name the possible targets */
  override(id: string, request: OverrideRequest): Promise<SendResult>;
  /**
   * Moves a saga to another version of its definition, by that version's `migrate`.
   *
   * @throws SagaError `SAGA_NOT_FOUND`, `SAGA_UNKNOWN`
   */
  upgrade(id: string, options: UpgradeOptions): Promise<UpgradeResult>;
  whatNext(id: string): Promise<WhatNext>;
  /** What compensation would undo now, in its order. */
  compensationPreview(id: string): Promise<readonly ObligationView[]>;
}
