import type { StepOutcome } from '@countermand/saga-core';
import type { InboxRow } from './inbox-rows.js';
import type { OutboxRow, OutboxStatus } from './outbox-rows.js';
import type { StoredSaga } from './saga-rows.js';

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
> & {
  /** The row is gone, since it was settled; this is what the history tells of it. */
  readonly isForgotten?: true;
};

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
  /** As they are, where the claim was refused; rows that never were are missing. */
  readonly refused: ReadonlyMap<string, ClaimedRow>;
  /**
   * Answers of sagas that aren't known here: the row keeps the answer and is due, so that whoever knows the saga
   * gives it to it, without another attempt.
   */
  readonly leftToOthers: ReadonlySet<string>;
}

/** What a process believes that claiming would give it. */
export interface AssumedClaims {
  readonly request: ClaimRequest;
  readonly claims: Claims;
}
