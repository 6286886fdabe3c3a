import type { HistoryEntry } from '@countermand/saga-core';
import type { AssumedClaims, ClaimRequest, Claims, KnownVersion } from './claims.js';
import type { InboxWrite } from './inbox-rows.js';
import type {
  Delivery,
  DueRow,
  LeasedRow,
  OutboxChange,
  OutboxId,
  OutboxRow,
  PublishOrder,
  RetryResult,
  RetryWrite,
} from './outbox-rows.js';
import type { FoundSaga, ListFilter } from './saga-rows.js';
import type { SagaWrite } from './saga-write.js';
import type { Wakeup } from './wakeup-queue.js';

/** Everything that a batch writes, in one go. */
export interface MoveWrites {
  readonly newSagas: readonly SagaWrite[];
  readonly sagas: readonly SagaWrite[];
  readonly history: readonly (HistoryEntry & { readonly sagaId: string })[];
  readonly received: readonly InboxWrite[];
  readonly decided: readonly InboxWrite[];
  readonly added: readonly OutboxRow[];
  readonly changed: readonly OutboxChange[];
  /** Rows that were claimed, are settled, and go: the history has all that there is to them. */
  readonly forgotten: readonly OutboxId[];
  readonly deliveries: readonly Delivery[];
  /** Queues, or other words, that other processes should hear of. */
  readonly notices: readonly string[];
}

/** The one transaction that moves sagas. */
export interface MoveTransaction {
  /** Locks and claims; nobody waits for a saga that is locked elsewhere. */
  claim(request: ClaimRequest): Promise<Claims>;
  /**
   * Takes the right to keep early events of these ids, or to start them, until the transaction ends, and looks
   * again which exist. Ids that are free are returned.
   */
  reserveAbsent(sagaIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** What the order of published events depends on. */
  publishOrder(request: {
    readonly types: readonly string[];
    readonly sagaIds: readonly string[];
    readonly settled: readonly { readonly sagaId: string; readonly subscription: string }[];
  }): Promise<PublishOrder>;
  save(writes: MoveWrites): Promise<void>;
}

/** A cause that nobody can decide here, whatever is tried. */
export interface StuckWrite {
  readonly sagaId: string;
  readonly key?: string;
  readonly messageId?: string;
  readonly error: string;
}

/** What {@link Store.sweep} looks for. */
export interface SweepRequest {
  /** The definitions that this process can decide for. */
  readonly known: readonly KnownVersion[];
  /** Types of events that this process can say something about, where there is no saga for them. */
  readonly eventTypes: readonly string[];
  /** Queues that this process works. */
  readonly queues: readonly string[];
  readonly limit: number;
}

/** What is due. */
export interface Sweep {
  readonly now: number;
  readonly timers: readonly OutboxRow[];
  readonly rows: readonly DueRow[];
  readonly inbox: readonly { readonly sagaId: string; readonly messageId: string }[];
  /** Of the queues asked about, those that hold wake-ups. */
  readonly queues: readonly string[];
}

/**
 * What a failed transaction asks for. `conflict`: it met others and may be repeated at once, as often as it takes.
 * `duplicate`: a row was there already; repeated, for the next try sees it, but not for ever. `slow`: it ran out of
 * time; tried in halves, and what is alone a few times more. `away`: the database can't be reached, and whether it
 * committed is unknown. `poison`: the same would happen again.
 */
export type FailureKind = 'conflict' | 'duplicate' | 'slow' | 'away' | 'poison';

/** Everything that the engine asks of PostgreSQL and pg-boss. A simulation puts another in its place. */
export interface Store {
  /** Runs the body in one transaction; whatever it throws rolls everything back. */
  move<Result>(body: (tx: MoveTransaction) => Promise<Result>): Promise<Result>;
  /**
   * The same for a batch of which the process believes to know what claiming gives: the body gets that, and nothing
   * is asked of the database before the one statement that saves, which refuses where anything is otherwise. Then
   * nothing has happened, and the answer is `undefined`.
   */
  moveAssumed<Result>(
    assumed: AssumedClaims,
    body: (tx: MoveTransaction) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly now: number } | undefined>;
  /** Reads what {@link Store.move}, or any other of these, has thrown. */
  failureKind(error: unknown): FailureKind;
  /** Takes wake-ups from the queues and the rows that they name, in one transaction. */
  takeWakeups(request: {
    readonly queues: readonly string[];
    readonly limit: number;
    readonly known: readonly KnownVersion[];
    readonly leaseMs: number;
    readonly newLease: () => string;
  }): Promise<{
    readonly rows: readonly LeasedRow[];
    readonly full: readonly string[];
    readonly stale: readonly Wakeup[];
    /** Definitions of sagas that aren't known here; their rows were given back. */
    readonly unknown: readonly KnownVersion[];
  }>;
  /** Prolongs leases; those that aren't returned are lost, or about to be settled by this process. */
  renewLeases(
    leases: readonly { sagaId: string; key: string; lease: string }[],
    leaseMs: number,
  ): Promise<ReadonlySet<string>>;
  retryLater(writes: readonly RetryWrite[]): Promise<readonly RetryResult[]>;
  sweep(request: SweepRequest): Promise<Sweep>;
  /** Sends new wake-ups for rows that are still as they were seen; says for which. */
  redeliver(
    rows: readonly {
      readonly row: OutboxRow;
      readonly delivery: string;
      /** When it is sent once more, if nobody takes it. */
      readonly againInMs: number;
      /** Its deadline is over by decision: whoever takes it only asks the probe. */
      readonly final: boolean;
    }[],
  ): Promise<readonly string[]>;
  /** Records that early events have expired, and offers those whose saga exists by now. */
  expireEarly(): Promise<number>;
  /** Removes the jobs of rows that are settled. Best effort. */
  removeWakeups(wakeups: readonly Wakeup[]): Promise<void>;
  markStuck(write: StuckWrite): Promise<void>;
  /** Lets go of what {@link Store.markStuck} had stopped; says whether there was anything. */
  unstick(sagaId: string): Promise<boolean>;
  notify(notices: readonly string[]): Promise<void>;
  find(sagaId: string): Promise<FoundSaga | undefined>;
  list(filter: ListFilter): Promise<readonly FoundSaga[]>;
  history(
    sagaId: string,
    page: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly HistoryEntry[]>;
}
