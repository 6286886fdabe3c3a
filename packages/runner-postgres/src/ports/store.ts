import type {
  Envelope,
  HistoryEntry,
  JsonObject,
  SagaStatus,
  StepOutcome,
  StepRun,
} from '@countermand/saga-core';
import type { Wakeup } from './wakeup-queue.js';

/** A saga's row. Times are milliseconds since the epoch, database time. */
export interface StoredSaga {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly status: SagaStatus;
  readonly revision: number;
  readonly envelope: Envelope;
  readonly attributes: JsonObject;
  /** Why the runner itself stopped it, where the machine isn't the reason; see {@link StuckWrite}. */
  readonly error: string | null;
  readonly startNonce: string;
  readonly inputHash: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

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
  /** How it ended; `leftToOthers` says that the saga hasn't learned it yet, see {@link Claims.leftToOthers}. */
  readonly result: (StepOutcome & { readonly leftToOthers?: true }) | null;
  readonly lastError: string | null;
  /** Milliseconds since the epoch, database time. */
  readonly createdAt: number;
}

/** A row that this worker holds the lease of. */
export interface LeasedRow extends OutboxRow {
  readonly saga: string;
  readonly version: number;
  readonly lease: string;
  /** Database time when it was leased. */
  readonly leasedAt: number;
  /** The job that led here; it is removed when the row is settled. */
  readonly wakeup?: Wakeup;
}

/** A row of the inbox. */
export interface InboxRow {
  readonly sagaId: string;
  readonly messageId: string;
  /** `pending`: accepted, not looked at yet; `early`: its saga doesn't exist yet. */
  readonly status: 'pending' | 'early' | 'applied' | 'ignored' | 'deferred' | 'stuck';
  readonly reason: string | null;
  readonly event: (JsonObject & { readonly type: string }) | null;
  readonly actor: string;
  readonly nonce: string;
  readonly traceparent?: string | null;
  readonly receivedAt: number;
  readonly expiresAt: number | null;
}

/** What {@link MoveTransaction.claim} should do with a row of the outbox. */
export interface OutboxClaim {
  readonly sagaId: string;
  readonly key: string;
  /** Only a row in one of these is claimed, and with this lease where one is named. */
  readonly from: readonly OutboxStatus[];
  readonly lease: string | null;
  /** Only a row whose time has come: a lease that was prolonged after all stays whose it is. */
  readonly overdue: boolean;
  /** Where the row goes: `awaiting` until its deadline, or `settled` with its outcome. */
  readonly to: 'settled' | 'awaiting';
  readonly result: StepOutcome | null;
}

/** What a batch wants to lock and claim. */
export interface ClaimRequest {
  /** Every saga that the batch is about. */
  readonly sagaIds: readonly string[];
  /** Those of them that this process has as they were when it moved them last: read only if they aren't any more. */
  readonly remembered: ReadonlyMap<string, StoredSaga>;
  /** Those that it would start. */
  readonly startIds: readonly string[];
  readonly messages: readonly { readonly sagaId: string; readonly messageId: string }[];
  readonly outbox: readonly OutboxClaim[];
  /** The definitions that this process can decide for. Of other sagas nothing is claimed. */
  readonly known: readonly KnownVersion[];
}

/** A definition, as far as the store has to know it. */
export interface KnownVersion {
  readonly name: string;
  readonly version: number;
}

/** What a decision needs of a row that was claimed, and what it is refused by. */
export type ClaimedRow = Pick<
  OutboxRow,
  'sagaId' | 'key' | 'id' | 'visit' | 'status' | 'attempt' | 'lease' | 'traceparent'
>;

/** What was locked and claimed. Maps are keyed by saga id, or by {@link rowId}. */
export interface Claims {
  /** Database time of the transaction. */
  readonly now: number;
  /** Locked. */
  readonly sagas: ReadonlyMap<string, StoredSaga>;
  /** Locked by somebody else; to be tried again. */
  readonly busy: ReadonlySet<string>;
  /** Inbox rows that exist: those asked for, and what came early for those that start. */
  readonly inbox: ReadonlyMap<string, InboxRow>;
  /** As they were claimed, with their attempts. */
  readonly claimed: ReadonlyMap<string, ClaimedRow>;
  /** As they are, where the claim was refused; rows that don't exist are missing. */
  readonly refused: ReadonlyMap<string, ClaimedRow>;
  /**
   * Answers of sagas that aren't known here: the row keeps the answer and is due, so that whoever knows the saga
   * gives it to it, without another attempt.
   */
  readonly leftToOthers: ReadonlySet<string>;
}

/** A saga as it is to be written. `revision` is the one that it gets; a new saga's is 1. */
export interface SagaWrite {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly status: SagaStatus;
  readonly settled: boolean;
  readonly revision: number;
  readonly envelope: Envelope;
  /** The envelope as JSON. */
  readonly envelopeText: string;
  readonly attributes: JsonObject;
  readonly state: unknown;
  readonly error: string | null;
  /** Of new sagas only. */
  readonly start?: { readonly nonce: string; readonly inputHash: string };
}

/** A message that the inbox takes, or one of its rows with what became of it. */
export interface InboxWrite {
  readonly sagaId: string;
  readonly messageId: string;
  readonly status: InboxRow['status'];
  readonly reason: string | null;
  /** Kept only while the message waits. */
  readonly event: InboxRow['event'];
  readonly actor: string;
  readonly nonce: string;
  readonly traceparent?: string | null;
  readonly expiresAt: number | null;
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

/** Everything that a batch writes, in one go. */
export interface MoveWrites {
  readonly newSagas: readonly SagaWrite[];
  readonly sagas: readonly SagaWrite[];
  readonly history: readonly (HistoryEntry & { readonly sagaId: string })[];
  readonly received: readonly InboxWrite[];
  readonly decided: readonly InboxWrite[];
  readonly added: readonly OutboxRow[];
  readonly changed: readonly OutboxChange[];
  readonly deliveries: readonly Delivery[];
  /** Queues, or other words, that other processes should hear of. */
  readonly notices: readonly string[];
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

/** A cause that nobody can decide here, whatever is tried. */
export interface StuckWrite {
  readonly sagaId: string;
  readonly key?: string;
  readonly messageId?: string;
  readonly error: string;
}

/** A step or event row whose time has come. */
export interface DueRow extends OutboxRow {
  readonly saga: string;
  readonly version: number;
}

/** What {@link Store.sweep} looks for. */
export interface SweepRequest {
  /** The definitions that this process can decide for. */
  readonly known: readonly KnownVersion[];
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

/** What {@link Store.list} selects by. */
export interface ListFilter {
  readonly status?: SagaStatus | undefined;
  readonly saga?: string | undefined;
  /** A top-level state. */
  readonly state?: string | undefined;
  /** Contained in the saga's attributes. */
  readonly attributes?: JsonObject | undefined;
  readonly createdAfter?: number | undefined;
  readonly createdBefore?: number | undefined;
  readonly limit: number;
  readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
}

/** A saga with its step rows. */
export interface FoundSaga {
  readonly stored: StoredSaga;
  readonly steps: readonly OutboxRow[];
  /** Exact creation time, for keyset pages. */
  readonly createdAtText: string;
}

/**
 * What a failed transaction asks for. `conflict`: it met others and may be repeated at once. `away`: the database
 * can't be reached, and whether it committed is unknown. `poison`: the same would happen again.
 */
export type FailureKind = 'conflict' | 'away' | 'poison';

/** Everything that the engine asks of PostgreSQL and pg-boss. A simulation puts another in its place. */
export interface Store {
  /** Runs the body in one transaction; whatever it throws rolls everything back. */
  move<Result>(body: (tx: MoveTransaction) => Promise<Result>): Promise<Result>;
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

/** One text for a saga and a key within it. */
export function rowId(sagaId: string, key: string): string {
  return `${sagaId} ${key}`;
}
