import type { Envelope, JsonObject, SagaStatus } from '@countermand/saga-core';
import type { OutboxRow } from './outbox-rows.js';

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

/** A saga with its step rows. */
export interface FoundSaga {
  readonly stored: StoredSaga;
  readonly steps: readonly OutboxRow[];
  /** Exact creation time, for keyset pages. */
  readonly createdAtText: string;
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
