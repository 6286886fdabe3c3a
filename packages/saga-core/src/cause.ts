import type { JsonObject } from './json.js';

/** A public event or an administrator's, with what the sender said of itself. */
export interface EventCause {
  readonly type: 'event';
  readonly messageId: string;
  readonly event: JsonObject & { readonly type: string };
  /** Who sent it, for the history: `customer:alice`, `admin`, `webhook:payments`. */
  readonly actor: string;
  /**
   * The event was taken into the inbox without being looked at, so it can't be refused any more; what can't be
   * applied is recorded as ignored.
   */
  readonly accepted: boolean;
  /** Why it was sent, in the words of the person who did; for the history. */
  readonly note?: string;
  /** It is an administrator's override; the override event is taken in no other way. */
  readonly override?: true;
  /** When the event came, where that was before now (milliseconds since the epoch). */
  readonly receivedAt?: number;
}

/**
 * How a step, an undo or a probe ended. `attempts` counts the attempts that were begun: 0 means that it never ran,
 * so that an unknown outcome is none. A probe is `done` with `{ landed: true, output }` or `{ landed: false }`.
 */
export type StepOutcome =
  /** `fault`: why the output can't be taken, where it could not be stored as it came. */
  | { readonly kind: 'done'; readonly output: unknown; readonly fault?: string }
  | { readonly kind: 'declined'; readonly code: string; readonly details?: unknown }
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'awaiting' };

/** The answer of a step, fenced by the runner: it held the row's lease, or the row awaited it. */
export interface AnswerCause {
  readonly type: 'answer';
  readonly id: string;
  readonly visit: number;
  readonly outcome: StepOutcome;
  readonly attempts: number;
}

/** A timer that is due, claimed by the runner. */
export interface TimerCause {
  readonly type: 'timer';
  readonly id: string;
  readonly visit: number;
}

/** An act of an administrator on a parked saga or step. Without `key` a retry means everything that is parked. */
export type AdminCause =
  | { readonly type: 'retry'; readonly key?: string; readonly reason?: string; readonly actor: string }
  | { readonly type: 'skip'; readonly key: string; readonly reason: string; readonly actor: string }
  | { readonly type: 'park'; readonly reason: string; readonly actor: string };

/** A saga is to go on in a newer version of its definition. */
export interface UpgradeCause {
  readonly type: 'upgrade';
  /** The version that it goes to. */
  readonly to: number;
  readonly actor: string;
}

/** Everything that can move a saga. Plain JSON. */
export type Cause = EventCause | AnswerCause | TimerCause | AdminCause | UpgradeCause;
