import type { Cause } from './cause.js';
import type { Effect } from './effect.js';
import type { Envelope } from './envelope.js';
import type { Json } from './json.js';

/** What became of a cause. `refused`: nothing is stored, the sender gets the reason. */
export type Outcome = 'applied' | 'ignored' | 'deferred' | 'refused';

/**
 * One line of a saga's history. Entries with a `cause` replay: folding `decide` over them, each at its `at`, gives
 * the stored envelope again. Entries without one tell what else the same decision did (a deferred event applied).
 */
export interface HistoryEntry {
  readonly seq: number;
  /** Milliseconds since the epoch, database time. */
  readonly at: number;
  /** The event's type, `start`, `step.reserveStock.done`, `timer.TTL`, `retry`, ... */
  readonly event: string;
  readonly outcome: 'applied' | 'ignored' | 'deferred';
  readonly reason?: string;
  /** Machine state before and after, as JSON state values. */
  readonly from: Json;
  readonly to: Json;
  readonly actor: string;
  readonly cause?: Cause | { readonly type: 'start'; readonly input: Json };
}

/** What `begin` and `decide` give: the next envelope, what to do, what to record. */
export interface Decision {
  readonly envelope: Envelope;
  readonly effects: readonly Effect[];
  readonly history: readonly HistoryEntry[];
  readonly outcome: Outcome;
  /** Why it was ignored, deferred or refused; a stable code such as `NOT_HANDLED`, or a code and its text. */
  readonly reason?: string;
}
