import type { Envelope, HistoryEntry, JsonObject, SagaStatus } from '@countermand/saga-core';
import type { InboxRow } from '../ports/inbox-rows.js';
import type { Delivery, OutboxRow } from '../ports/outbox-rows.js';
import { rowId } from '../ports/row-id.js';
import type { StoredSaga } from '../ports/saga-rows.js';
import type { SagaWrite } from '../ports/saga-write.js';

/** What a {@link SagaRecord} is made of. */
type SagaColumns = Omit<StoredSaga, 'envelope'> & Pick<SagaWrite, 'settled' | 'state' | 'envelopeText'>;

/**
 * A saga as the simulated disk has it: its envelope is text, which is read when it is first looked at. What a process
 * gets is a copy, so that nothing in the envelope is shared with it.
 */
export class SagaRecord implements StoredSaga, SagaColumns {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly status: SagaStatus;
  readonly settled: boolean;
  readonly revision: number;
  readonly envelopeText: string;
  readonly attributes: JsonObject;
  readonly state: unknown;
  readonly error: string | null;
  readonly startNonce: string;
  readonly inputHash: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  #envelope: Envelope | undefined;

  constructor(columns: SagaColumns) {
    this.id = columns.id;
    this.saga = columns.saga;
    this.version = columns.version;
    this.status = columns.status;
    this.settled = columns.settled;
    this.revision = columns.revision;
    this.envelopeText = columns.envelopeText;
    this.attributes = columns.attributes;
    this.state = columns.state;
    this.error = columns.error;
    this.startNonce = columns.startNonce;
    this.inputHash = columns.inputHash;
    this.createdAt = columns.createdAt;
    this.updatedAt = columns.updatedAt;
  }

  get envelope(): Envelope {
    this.#envelope ??= JSON.parse(this.envelopeText) as Envelope;
    return this.#envelope;
  }

  copy(): StoredSaga {
    return new SagaRecord(this);
  }
}

/** A row of the outbox, with what only the store knows of it. */
export type OutboxRecord = OutboxRow & { readonly stuck?: boolean };

/** A wake-up job that nobody has taken yet. */
export interface JobRecord extends Delivery {
  readonly visibleAt: number;
}

const LIVE = new Set<OutboxRow['status']>(['pending', 'leased', 'awaiting']);

/** What is committed. */
export class SimTables {
  readonly sagas = new Map<string, SagaRecord>();
  readonly history = new Map<string, HistoryEntry[]>();
  readonly inbox = new Map<string, InboxRow>();
  /** Inbox rows that wait for something. */
  readonly waiting = new Map<string, InboxRow>();
  readonly outbox = new Map<string, Map<string, OutboxRecord>>();
  /** Rows that may be due. */
  readonly live = new Map<string, OutboxRecord>();
  readonly jobs = new Map<string, Map<string, JobRecord>>();

  row(sagaId: string, key: string): OutboxRecord | undefined {
    return this.outbox.get(sagaId)?.get(key);
  }

  putRow(row: OutboxRecord): void {
    const rows = this.outbox.get(row.sagaId) ?? new Map<string, OutboxRecord>();
    this.outbox.set(row.sagaId, rows);
    rows.set(row.key, row);
    const id = rowId(row.sagaId, row.key);
    if (LIVE.has(row.status)) this.live.set(id, row);
    else this.live.delete(id);
  }

  removeRow(sagaId: string, key: string): void {
    this.outbox.get(sagaId)?.delete(key);
    this.live.delete(rowId(sagaId, key));
  }

  putMessage(row: InboxRow): void {
    const id = rowId(row.sagaId, row.messageId);
    this.inbox.set(id, row);
    if (row.status === 'pending' || row.status === 'early') this.waiting.set(id, row);
    else this.waiting.delete(id);
  }

  putJob(job: JobRecord): void {
    const jobs = this.jobs.get(job.queue) ?? new Map<string, JobRecord>();
    this.jobs.set(job.queue, jobs);
    jobs.set(job.delivery, job);
  }

  removeJob(queue: string, delivery: string): void {
    this.jobs.get(queue)?.delete(delivery);
  }

  addLine(line: HistoryEntry & { readonly sagaId: string }): void {
    const lines = this.history.get(line.sagaId);
    if (lines) lines.push(line);
    else this.history.set(line.sagaId, [line]);
  }

  putSaga(write: SagaWrite, now: number): void {
    const before = this.sagas.get(write.id);
    const { id, saga, version, status, settled, revision, envelopeText, attributes, state, error } = write;
    const record = new SagaRecord({
      ...{ id, saga, version, status, settled, revision, envelopeText, attributes, state, error },
      startNonce: write.start?.nonce ?? before?.startNonce ?? '',
      inputHash: write.start?.inputHash ?? before?.inputHash ?? '',
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    });
    this.sagas.set(id, record);
  }
}
