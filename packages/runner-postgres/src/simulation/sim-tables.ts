import type { Envelope, HistoryEntry, JsonObject, SagaStatus } from '@countermand/saga-core';
import type { InboxRow } from '../ports/inbox-rows.js';
import type { Delivery, OutboxRow } from '../ports/outbox-rows.js';
import { rowId } from '../ports/row-id.js';
import type { SagaWrite, StoredSaga } from '../ports/saga-rows.js';

/** A saga as the simulated disk has it: its envelope is text, so that nothing in it is shared with a process. */
export interface SagaRecord {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly status: SagaStatus;
  readonly settled: boolean;
  readonly revision: number;
  readonly envelope: string;
  readonly attributes: JsonObject;
  readonly state: unknown;
  readonly error: string | null;
  readonly startNonce: string;
  readonly inputHash: string;
  readonly createdAt: number;
  readonly updatedAt: number;
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
    const { id, saga, version, status, settled, revision, attributes, state, error } = write;
    this.sagas.set(id, {
      ...{ id, saga, version, status, settled, revision, attributes, state, error },
      envelope: write.envelopeText,
      startNonce: write.start?.nonce ?? before?.startNonce ?? '',
      inputHash: write.start?.inputHash ?? before?.inputHash ?? '',
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    });
  }
}

/** A saga as processes get it: a copy, which is read when it is first looked at. */
export function storedSaga(record: SagaRecord): StoredSaga {
  return new SagaCopy(record);
}

class SagaCopy implements StoredSaga {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly status: SagaStatus;
  readonly revision: number;
  readonly attributes: JsonObject;
  readonly error: string | null;
  readonly startNonce: string;
  readonly inputHash: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly #text: string;
  #envelope: Envelope | undefined;

  constructor(record: SagaRecord) {
    this.id = record.id;
    this.saga = record.saga;
    this.version = record.version;
    this.status = record.status;
    this.revision = record.revision;
    this.attributes = record.attributes;
    this.error = record.error;
    this.startNonce = record.startNonce;
    this.inputHash = record.inputHash;
    this.createdAt = record.createdAt;
    this.updatedAt = record.updatedAt;
    this.#text = record.envelope;
  }

  get envelope(): Envelope {
    this.#envelope ??= JSON.parse(this.#text) as Envelope;
    return this.#envelope;
  }
}
