import type { Envelope, JsonObject, SagaStatus } from '@countermand/saga-core';

/** What a {@link SagaWrite} is made of; the rest is in the envelope. */
export interface SagaWriteParts {
  /** The saga definition's name. */
  readonly saga: string;
  readonly status: SagaStatus;
  readonly settled: boolean;
  readonly revision: number;
  readonly envelope: Envelope;
  readonly attributes: JsonObject;
  readonly error: string | null;
  /** Of new sagas only. */
  readonly start: { readonly nonce: string; readonly inputHash: string } | undefined;
}

/**
 * A saga as it is to be written. `revision` is the one that it gets; a new saga's is 1. An instance, as whatever
 * outlives the batch that makes it: `docs/performance.md`.
 */
export class SagaWrite {
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
  declare readonly start?: NonNullable<SagaWriteParts['start']>;

  constructor({ saga, status, settled, revision, envelope, attributes, error, start }: SagaWriteParts) {
    this.id = envelope.sagaId;
    this.saga = saga;
    this.version = envelope.version;
    this.fingerprint = envelope.fingerprint;
    this.status = status;
    this.settled = settled;
    this.revision = revision;
    this.envelope = envelope;
    this.envelopeText = JSON.stringify(envelope);
    this.attributes = attributes;
    this.state = envelope.snapshot.value;
    this.error = error;
    if (start) this.start = start;
  }
}
