import type { Envelope, JsonObject } from '@countermand/saga-core';
import type { SagaWrite } from './ports/saga-rows.js';

/** A saga as a batch has left it. An instance, as whatever outlives the batch that makes it: `docs/performance.md`. */
export class FoldedSaga implements SagaWrite {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly status: SagaWrite['status'];
  readonly settled: boolean;
  readonly revision: number;
  readonly envelope: Envelope;
  readonly envelopeText: string;
  readonly attributes: JsonObject;
  readonly state: unknown;
  readonly error: string | null;
  declare readonly start?: NonNullable<SagaWrite['start']>;

  constructor(
    left: Pick<
      SagaWrite,
      'saga' | 'status' | 'settled' | 'revision' | 'envelope' | 'attributes' | 'error'
    > & {
      /** Of one that this batch starts. */
      readonly start: SagaWrite['start'] | undefined;
    },
  ) {
    const { envelope } = left;
    this.id = envelope.sagaId;
    this.saga = left.saga;
    this.version = envelope.version;
    this.fingerprint = envelope.fingerprint;
    this.status = left.status;
    this.settled = left.settled;
    this.revision = left.revision;
    this.envelope = envelope;
    this.envelopeText = JSON.stringify(envelope);
    this.attributes = left.attributes;
    this.state = envelope.snapshot.value;
    this.error = left.error;
    if (left.start) this.start = left.start;
  }
}
