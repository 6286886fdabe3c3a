import type { StoredSaga } from './ports/saga-rows.js';
import type { SagaWrite } from './ports/saga-write.js';

/**
 * A saga's row as it has just been written. An instance, as whatever outlives the batch that makes it:
 * `docs/performance.md`.
 */
export class WrittenSaga implements StoredSaga {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly status: StoredSaga['status'];
  readonly revision: number;
  readonly envelope: StoredSaga['envelope'];
  readonly attributes: StoredSaga['attributes'];
  readonly error: string | null;
  readonly startNonce: string;
  readonly inputHash: string;
  readonly createdAt: number;
  readonly updatedAt: number;

  /** @param now - database time of the batch */
  constructor(write: SagaWrite, before: StoredSaga | undefined, now: number) {
    this.id = write.id;
    this.saga = write.saga;
    this.version = write.version;
    this.status = write.status;
    this.revision = write.revision;
    this.envelope = write.envelope;
    this.attributes = write.attributes;
    this.error = write.error;
    this.startNonce = before?.startNonce ?? write.start?.nonce ?? '';
    this.inputHash = before?.inputHash ?? write.start?.inputHash ?? '';
    this.createdAt = before?.createdAt ?? now;
    this.updatedAt = now;
  }
}
