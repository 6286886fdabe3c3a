import type { CompensationReport } from './compensate.js';
import type { Json, JsonObject } from './json.js';
import type { SagaErrorCode } from './saga-error.js';
import type { Money } from './step.js';

/** The part of an XState snapshot that is stored. Children are kept as id -> src; only steps in flight are. */
export interface StoredSnapshot {
  readonly value: Json;
  readonly context: Json;
  readonly status: 'active' | 'done';
  readonly historyValue?: Json;
  readonly output?: Json;
  readonly children: { readonly [id: string]: string };
}

/**
 * One thing that is, or may be, open in the world. `maybe`: nobody knows whether it is. `closed` ones stay in the
 * ledger, so that a late repeat of old news isn't taken for news.
 */
export interface Obligation {
  readonly kind: string;
  readonly instance: string;
  readonly certainty: 'maybe' | 'open' | 'closed';
  /** How many times it was opened; part of the undo's key. From 1. */
  readonly opened: number;
  /** Position among all starts of this saga; compensation goes from the highest down. */
  readonly startedAs: number;
  readonly source: ObligationSource;
  /** The step that undoes it. */
  readonly undo?: string;
  readonly amount?: Money;
  /** What the step that opened it would close: those can't be undone before this one is. */
  readonly supersedes?: readonly string[];
  /** What it would close or not, by its output: those can't be undone before this one is, either. */
  readonly maySupersede?: readonly string[];
  /** The machine asked for it after a compensation had ended, and none has begun since: that one wasn't to undo it. */
  readonly anew?: true;
  /** Whether a probe has been asked since it became uncertain. */
  readonly probed?: boolean;
  readonly closedBy?: 'step' | 'undo' | 'declined' | 'event' | 'absent' | 'skipped';
  /** For closed ones: whether it was known to be open when it was closed. */
  readonly wasCertain?: boolean;
}

/** Where an obligation comes from: it makes the undo's input. */
export type ObligationSource =
  | { readonly step: string; readonly key: string; readonly input: Json; readonly output?: Json }
  | { readonly event: string; readonly payload: JsonObject };

/**
 * A step that isn't settled. `invoke`: the machine waits for it (invoked or spawned); `action`: it doesn't; `undo`
 * and `probe`: the ledger does.
 */
export interface StepRun {
  /** The invoke or spawn id, the action's name, `undo:kind:instance`, or `probe:kind:instance`. */
  readonly id: string;
  readonly visit: number;
  /** The contract's name; of a probe, the step that is asked about. */
  readonly step: string;
  readonly role: 'invoke' | 'action' | 'undo' | 'probe';
  /** The machine has left it: its result settles row and obligation, but never reaches the machine. */
  readonly left: boolean;
  /** Its adapter answered `later()`. */
  readonly awaiting: boolean;
  /** Stopped with an error; waits for a retry or a skip. */
  readonly parked: boolean;
  /** A person had it run again after an outcome that is in doubt: a no or a silence of the new run settles nothing. */
  readonly tried?: true;
  /** It has answered, the ledger knows, but the machine is parked and doesn't yet. */
  readonly answered: boolean;
  /** The obligation (`kind:instance`) that it opens. */
  readonly opens?: string;
  /** Where its contract is asked about it again: by what it opens, or by a `when` of what it closes. */
  readonly input?: Json;
  readonly closes: readonly string[];
  /** A pivot on which it hangs whether there is a way back: a certain no of it opens that again. */
  readonly pivots?: true;
  /** Of an undo or a probe: the obligation that it is about. */
  readonly target?: string;
  /** Of an undo: when it was begun, nobody knew whether there was anything to undo. */
  readonly unsure?: true;
}

/** An armed timer. */
export interface ArmedTimer {
  readonly id: string;
  readonly visit: number;
  readonly event: JsonObject & { readonly type: string };
  /** Milliseconds since the epoch, database time. */
  readonly dueAt: number;
}

/** A public event that waits for a state that handles it. */
export interface DeferredEvent {
  readonly messageId: string;
  readonly event: JsonObject & { readonly type: string };
  readonly actor: string;
  readonly receivedAt: number;
  /** While the saga is parked this stands still: what has passed is added when it goes on. */
  readonly expiresAt: number;
}

/** Why a saga is parked. A saga can have several reasons at once. */
export interface ParkReason {
  readonly code: SagaErrorCode;
  readonly message: string;
  /** The row (`id:visit`) of the step that is the reason, where one is. */
  readonly key?: string;
  readonly at: number;
  /** What an adapter answered, raw, where that is the reason. */
  readonly raw?: Json;
}

/** Something that came while the saga was parked, or that parked it. Decided again on resume. */
export interface KeptCause {
  readonly cause: Json;
  /** The machine threw on it: it is why the saga is parked. */
  readonly threw?: true;
  /** Since when it is kept, milliseconds since the epoch. */
  readonly at: number;
  /**
   * Of an event that had been deferred, and is as its schema has made it: when its time would have been over, had the
   * saga gone on.
   */
  readonly expiresAt?: number;
}

/** The running work of the `compensate` actor. */
export interface ActiveCompensation {
  /** The invokes that wait for it: one for each region that undoes, none for late news, which is undone by itself. */
  readonly invokes: readonly { readonly id: string; readonly visit: number }[];
  readonly undone: CompensationReport['undone'];
}

/**
 * Everything that is stored of a saga: which machine made it, the snapshot, and our own books beside it. Plain JSON.
 */
export interface Envelope {
  readonly sagaId: string;
  readonly saga: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly snapshot: StoredSnapshot;
  readonly obligations: readonly Obligation[];
  readonly runs: readonly StepRun[];
  readonly timers: readonly ArmedTimer[];
  readonly deferred: readonly DeferredEvent[];
  readonly kept: readonly KeptCause[];
  readonly parked: readonly ParkReason[];
  /** How often each invoke, spawn, action and timer id was used. */
  readonly visits: { readonly [id: string]: number };
  readonly compensation?: ActiveCompensation;
  /** A `compensate` was invoked at some time: what turns up late is undone by itself. */
  readonly compensated: boolean;
  /** A pivot step was dispatched, and it is not so that all that were have been declined for certain. */
  readonly pivoted: boolean;
  /** Number of the last history entry. */
  readonly seq: number;
  /** Number of the last published event. */
  readonly published: number;
  /** Number of obligations started so far. */
  readonly started: number;
}
