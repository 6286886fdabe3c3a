import type { StepRun } from './envelope.js';
import type { Json, JsonObject } from './json.js';

/** Carry a step out. The row's key is `id:visit`; the idempotency key is `sagaId:id:visit`. */
export interface RunStep {
  readonly type: 'runStep';
  readonly key: string;
  readonly id: string;
  readonly visit: number;
  readonly step: string;
  readonly role: StepRun['role'];
  readonly input: Json;
  /** For the participant. A probe's is the key of the step that it asks about. */
  readonly idempotencyKey: string;
}

/** Run a parked row again, attempts counted anew, with the same key. */
export interface RerunStep {
  readonly type: 'rerunStep';
  readonly key: string;
}

/**
 * The machine has left the step. A row that waits (for its first attempt, a retry or a person) needs none any more and answers
 * `unknown` with the attempts it had; an attempt in flight goes on and settles.
 */
export interface LeaveStep {
  readonly type: 'leaveStep';
  readonly key: string;
}

/** The row is settled without an answer of its own: skipped by a person. */
export interface CancelStep {
  readonly type: 'cancelStep';
  readonly key: string;
}

/** The row stops with its error until a person acts. */
export interface ParkStep {
  readonly type: 'parkStep';
  readonly key: string;
  readonly error: string;
}

/** Arm a timer; due times are database time. */
export interface ArmTimer {
  readonly type: 'armTimer';
  readonly key: string;
  readonly id: string;
  readonly visit: number;
  readonly dueAt: number;
}

/** Cancel an armed timer. */
export interface CancelTimer {
  readonly type: 'cancelTimer';
  readonly key: string;
}

/** An unsettled row is of a step that has another name now; its key, and what the participant knows it by, stay. */
export interface RenameStep {
  readonly type: 'renameStep';
  readonly key: string;
  /** The contract's new name. */
  readonly step: string;
}

/** Publish a domain event; `sequence` counts from 1 per saga, and subscribers get events in that order. */
export interface Publish {
  readonly type: 'publish';
  readonly sequence: number;
  readonly event: JsonObject & { readonly type: string };
}

/** What XState's `log` action said. */
export interface Log {
  readonly type: 'log';
  readonly label: string | undefined;
  readonly value: unknown;
}

/** What a transition asks the runner to do. Pure data. */
export type Effect =
  | RunStep
  | RerunStep
  | LeaveStep
  | CancelStep
  | ParkStep
  | RenameStep
  | ArmTimer
  | CancelTimer
  | Publish
  | Log;
