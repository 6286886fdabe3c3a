import type { StepOutcome, StepRun } from '@countermand/saga-core';
import type { Wakeup } from './wakeup-queue.js';

/** `step`: a call to a participant; `timer`: a due time; `publish`: one event for one subscription. */
type OutboxKind = 'step' | 'timer' | 'publish';

/** Where a row of the outbox stands. */
export type OutboxStatus = 'pending' | 'leased' | 'awaiting' | 'settled' | 'cancelled' | 'parked';

/** A row of the outbox. */
export interface OutboxRow {
  readonly sagaId: string;
  readonly key: string;
  readonly kind: OutboxKind;
  readonly status: OutboxStatus;
  /** Id of the invoke, spawn, action or timer; of a published event its subscription. */
  readonly id: string;
  /** The visit; of a published event its sequence. */
  readonly visit: number;
  /** The contract's name; of a published event its type. */
  readonly step: string | null;
  readonly role: StepRun['role'] | null;
  readonly queue: string | null;
  /** Attempts that were begun. */
  readonly attempt: number;
  readonly left: boolean;
  /** Of whoever holds or held it last: the fence. */
  readonly lease: string | null;
  /** Of the wake-up job that is out for it. */
  readonly delivery: string | null;
  /**
   * When the sweeper looks at it: a timer is due, a pending row is to be delivered (again), a lease ends, an answer
   * is overdue. `null`: something else must happen first.
   */
  readonly dueAt: number | null;
  readonly deadlineAt: number | null;
  readonly input: unknown;
  readonly idempotencyKey: string | null;
  /** W3C trace context of what caused it. */
  readonly traceparent: string | null;
  /**
   * How it ended; what it said is in the history. With `leftToOthers` all of it, for the saga hasn't learned it yet:
   * see {@link Claims.leftToOthers}.
   */
  readonly result: (StepOutcome & { readonly leftToOthers: true }) | Pick<StepOutcome, 'kind'> | null;
  readonly lastError: string | null;
  /** Milliseconds since the epoch, database time. */
  readonly createdAt: number;
}

/** Which row. */
export type OutboxId = Pick<OutboxRow, 'sagaId' | 'key'>;

/** A row that this worker holds the lease of. */
export interface LeasedRow extends OutboxRow {
  readonly saga: string;
  readonly version: number;
  readonly lease: string;
  /** Database time when it was leased. */
  readonly leasedAt: number;
  /** The job that led here; it is removed when the row is settled. */
  readonly wakeup?: Wakeup;
  /** It was leased before, even if its attempts have been counted anew since: one of them may have taken effect. */
  readonly wasBegun?: boolean;
}

/** A step or event row whose time has come; or one that isn't due yet, but whose wake-up was lost. */
export interface DueRow extends OutboxRow {
  readonly saga: string;
  readonly version: number;
}

/** A change of an outbox row that exists. What is left out stays. */
export interface OutboxChange {
  readonly sagaId: string;
  readonly key: string;
  readonly status?: OutboxStatus;
  /** A pending row that is left is due at once: the sweeper answers for it. */
  readonly left?: true;
  readonly lastError?: string;
  /** Attempts begin anew. */
  readonly renewed?: { readonly deadlineAt: number };
  readonly delivery?: string;
  readonly dueAt?: number;
  readonly lease?: string;
  /** Its step has another name; a wake-up that is out for it counts no more, and it is due at once. */
  readonly renamed?: { readonly step: string; readonly queue: string };
}

/** A wake-up to be sent for a row. */
export interface Delivery {
  readonly queue: string;
  readonly sagaId: string;
  readonly key: string;
  /** Id of the job, and what the row must carry for the job to count. */
  readonly delivery: string;
  /** The wake-up that it takes the place of. */
  readonly replaces?: string | null;
}

/** The end of an attempt that is to be repeated. */
export interface RetryWrite {
  readonly sagaId: string;
  readonly key: string;
  readonly lease: string;
  readonly delayMs: number;
  readonly error: string;
  /** The attempt doesn't count: it was given back. */
  readonly uncounted?: boolean;
}

/** What the store found when it wrote {@link RetryWrite}s: rows that aren't returned had lost their lease. */
export interface RetryResult {
  readonly sagaId: string;
  readonly key: string;
  readonly left: boolean;
  readonly lease: string;
}

/** A subscription whose next event is due for a saga, or is held back by one before it. */
export interface PublishOrder {
  /** Names of the stored subscriptions by event type. */
  readonly subscriptions: ReadonlyMap<string, readonly string[]>;
  /** Saga and subscription ({@link rowId}) that have an unsettled event. */
  readonly blocked: ReadonlySet<string>;
  /** The next event of each saga and subscription that has just got one settled. */
  readonly next: readonly OutboxRow[];
}
