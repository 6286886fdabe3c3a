import type { ClaimedRow, ClaimRequest, Claims } from '../ports/claims.js';
import type { InboxRow } from '../ports/inbox-rows.js';
import type { OutboxChange, PublishOrder } from '../ports/outbox-rows.js';
import { rowId } from '../ports/row-id.js';
import type { MoveTransaction, MoveWrites } from '../ports/store.js';
import type { Faults } from './faults.js';
import type { Flaw } from './flaw.js';
import type { Scheduler } from './scheduler.js';
import { type OutboxRecord, SimTables } from './sim-tables.js';
import { toldRows } from './told-rows.js';

/** A transaction as the simulated server has it. */
export interface OpenTransaction {
  isOpen: boolean;
  /** The database's time of all its statements. */
  readonly now: number;
  lastStatementAt: number;
  readonly sagas: Set<string>;
  readonly reserved: Set<string>;
  /** Rows that it has changed, as only it sees them. */
  readonly rows: Map<string, OutboxRecord>;
  readonly writes: MoveWrites[];
}

/**
 * The simulated PostgreSQL: committed tables, transactions with their locks, and what statements of the real store
 * mean. Each statement happens at one instant; what it locks stays locked until its transaction ends.
 */
export class SimDatabase {
  readonly tables = new SimTables();
  /** Stored subscriptions by event type. */
  readonly subscriptions = new Map<string, readonly string[]>();
  /** Statements wait for rows that a transaction holds. */
  readonly open = new Set<OpenTransaction>();
  isUp = true;
  /** History lines with an applied cause that were committed. */
  applied = 0;
  /** Answers of workers that had lost their lease. */
  zombiesRefused = 0;
  /** What must never be, seen while it happened. */
  readonly violations: string[] = [];
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #flaw: Flaw | undefined;
  readonly #random: () => number;
  readonly #lockedSagas = new Map<string, OpenTransaction>();
  readonly #reserved = new Map<string, OpenTransaction>();
  readonly #lockedRows = new Map<string, OpenTransaction>();
  /** When each timer is due, by the true time at which it was armed. */
  readonly #armed = new Map<string, number>();
  #onEnd: (() => void)[] = [];

  constructor(scheduler: Scheduler, faults: Faults, random: () => number, flaw: Flaw | undefined) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#random = random;
    this.#flaw = flaw;
  }

  begin(): OpenTransaction {
    const { now } = this.#scheduler;
    const tx: OpenTransaction = {
      ...{ isOpen: true, now, lastStatementAt: now },
      sagas: new Set(),
      reserved: new Set(),
      rows: new Map(),
      writes: [],
    };
    this.open.add(tx);
    return tx;
  }

  /** Ends a transaction without a trace. */
  rollback(tx: OpenTransaction): void {
    this.#end(tx);
  }

  /** Everything that is open is lost, and nobody can connect until it is up again. */
  crash(): void {
    this.isUp = false;
    for (const tx of [...this.open]) this.#end(tx);
  }

  isLocked(sagaId: string, key: string): boolean {
    return this.#lockedRows.has(rowId(sagaId, key));
  }

  isSagaLocked(sagaId: string): boolean {
    return this.#lockedSagas.has(sagaId);
  }

  /** Calls back when a transaction has ended, whichever. */
  whenSomeEnds(run: () => void): void {
    this.#onEnd.push(run);
  }

  /** @param inbox - what the statement's snapshot holds of the messages: locks show what is newer, it doesn't */
  claim(
    tx: OpenTransaction,
    request: ClaimRequest,
    inbox: ReadonlyMap<string, InboxRow>,
    processNow: number,
  ): Claims {
    const now = this.#flaw === 'process-clock-for-timers' ? processNow : tx.now;
    const reserved = new Set(request.startIds.filter((id) => this.#reserve(tx, id)));
    const busy = new Set(request.startIds.filter((id) => !reserved.has(id)));
    const sagas: Claims['sagas'] & Map<string, unknown> = new Map();
    for (const id of request.sagaIds) {
      const record = this.tables.sagas.get(id);
      if (!record) continue;
      if (!this.#lock(tx, id)) {
        busy.add(id);
        continue;
      }
      const saga = request.remembered.get(id);
      const isCurrent = saga?.revision === record.revision && saga.startNonce === record.startNonce;
      sagas.set(id, saga && isCurrent ? saga : record.copy());
    }
    for (const id of sagas.keys()) busy.delete(id);
    const claimed = new Map<string, OutboxRecord>();
    const refused = new Map<string, ClaimedRow>();
    for (const wanted of request.outbox) {
      const row = sagas.has(wanted.sagaId) ? this.#read(tx, wanted.sagaId, wanted.key) : undefined;
      if (!row) {
        const { sagaId, key } = wanted;
        const history = sagas.has(sagaId) ? (this.tables.history.get(sagaId) ?? []) : [];
        const told = toldRows(sagaId, history).find((one) => one.key === key);
        if (told) refused.set(rowId(sagaId, key), { ...told, isForgotten: true });
        continue;
      }
      const id = rowId(row.sagaId, row.key);
      const holds = wanted.lease === null || row.lease === wanted.lease;
      const isDue = !wanted.overdue || (row.dueAt !== null && row.dueAt <= now);
      const isFenced = holds || this.#flaw === 'answers-unfenced';
      if (!wanted.from.includes(row.status) || !isFenced || !isDue) {
        refused.set(id, row);
        if (!holds) this.zombiesRefused += 1;
        continue;
      }
      if (!holds) this.violations.push(`Z1 ${id}: answered by a worker that had lost its lease`);
      const isSettled = wanted.to === 'settled';
      const next: OutboxRecord = {
        ...row,
        status: wanted.to,
        result: wanted.result,
        dueAt: isSettled ? null : row.deadlineAt,
        delivery: null,
      };
      if (this.#flaw === 'timers-without-visit' && row.kind === 'timer') {
        claimed.set(id, { ...next, visit: this.#newestVisit(row) });
        continue;
      }
      this.#write(tx, next);
      claimed.set(id, next);
    }
    return { leftToOthers: new Set(), now, sagas, busy, inbox, claimed, refused };
  }

  reserveAbsent(tx: OpenTransaction, ids: readonly string[]): ReadonlySet<string> {
    return new Set(ids.filter((id) => this.#reserve(tx, id) && !this.tables.sagas.has(id)));
  }

  publishOrder(tx: OpenTransaction, request: Parameters<MoveTransaction['publishOrder']>[0]): PublishOrder {
    const subscriptions = new Map(
      request.types.flatMap((type) => {
        const names = this.subscriptions.get(type);
        return names ? [[type, names] as const] : [];
      }),
    );
    const blocked = new Set<string>();
    for (const sagaId of request.sagaIds) {
      for (const row of this.#publishRows(tx, sagaId)) {
        if (row.status === 'pending' || row.status === 'leased') blocked.add(rowId(sagaId, row.id));
      }
    }
    const next = request.settled.flatMap(({ sagaId, subscription }) => {
      const held = this.#publishRows(tx, sagaId).filter(
        ({ id, status, dueAt }) => id === subscription && status === 'pending' && dueAt === null,
      );
      return held.sort((a, b) => a.visit - b.visit).slice(0, 1);
    });
    return { subscriptions, blocked, next };
  }

  /** @throws `40001` as the real one does; `23505` where a unique key would be violated */
  save(tx: OpenTransaction, writes: MoveWrites): void {
    this.#check(writes);
    for (const row of writes.added) this.#write(tx, { ...row, createdAt: tx.now });
    for (const change of writes.changed) {
      const row = this.#read(tx, change.sagaId, change.key);
      if (row && !(this.#flaw === 'timers-without-visit' && row.kind === 'timer'))
        this.#write(tx, changedRow(row, change, tx.now));
    }
    tx.writes.push(writes);
  }

  /** Everything at once. @throws as {@link SimDatabase.save}, for what others have committed since */
  commit(tx: OpenTransaction): void {
    for (const writes of tx.writes) this.#check(writes);
    for (const row of tx.rows.values()) this.tables.putRow(this.#withoutEnd(row));
    for (const writes of tx.writes) this.#apply(writes, tx.now);
    this.#end(tx);
  }

  #apply(writes: MoveWrites, now: number): void {
    const { tables } = this;
    for (const saga of [...writes.newSagas, ...writes.sagas]) {
      tables.putSaga(saga, now);
      this.#scheduler.note(saga.id, saga.revision);
    }
    for (const { kind, sagaId, id, visit, dueAt, createdAt } of writes.added) {
      if (kind === 'timer') this.#armed.set(`${sagaId} ${id} ${visit}`, now + (dueAt ?? 0) - createdAt);
    }
    this.#judgeTimers(writes.history, now);
    const losesHistory = this.#flaw === 'history-outside-the-transaction' && this.#random() < 0.002;
    for (const entry of losesHistory ? [] : writes.history) {
      tables.addLine(entry);
      if (entry.cause && entry.outcome === 'applied') this.applied += 1;
    }
    for (const message of [...writes.received, ...writes.decided]) {
      const { sagaId, messageId } = message;
      if (message.status === 'early') this.#faults.saw('news before its order');
      if (message.status === 'early' && this.#flaw === 'early-messages-dropped') continue;
      if (message.status === 'ignored' && this.#flaw === 'ignored-messages-forgotten') continue;
      const receivedAt = tables.inbox.get(rowId(sagaId, messageId))?.receivedAt ?? now;
      tables.putMessage({ ...message, receivedAt });
    }
    for (const { sagaId, key } of writes.forgotten) tables.removeRow(sagaId, key);
    for (const delivery of writes.deliveries) this.putJob(delivery, now);
  }

  /** T1: no timer fires before its time, by the one clock that counts. */
  #judgeTimers(history: MoveWrites['history'], now: number): void {
    for (const { sagaId, cause, event, outcome } of history) {
      if (cause?.type !== 'timer' || outcome !== 'applied') continue;
      const dueAt = this.#armed.get(`${sagaId} ${cause.id} ${cause.visit}`);
      if (dueAt === undefined || now < Math.floor(dueAt))
        this.violations.push(`T1 ${sagaId}: ${event} fired at ${now}, due at ${dueAt}`);
    }
  }

  /** Sends a wake-up, or loses it, or sends it twice, or late. */
  putJob(delivery: MoveWrites['deliveries'][number], now: number): void {
    if (delivery.replaces) this.tables.removeJob(delivery.queue, delivery.replaces);
    if (this.#flaw === 'wakeups-after-commit' && this.#random() < 0.05) return;
    if (this.#faults.hit('job lost', 0.01)) return;
    const delayMs = this.#faults.hit('job delayed', 0.05) ? this.#random() * 5_000 : 0;
    this.tables.putJob({ ...delivery, visibleAt: now + delayMs });
  }

  #withoutEnd(row: OutboxRecord): OutboxRecord {
    if (this.#flaw === 'leases-without-end' && row.status === 'leased') return { ...row, dueAt: null };
    // Wake-ups that are sent after the commit, by a process that trusts itself to get there.
    if (this.#flaw === 'wakeups-after-commit' && row.status === 'pending' && row.delivery !== null)
      return { ...row, dueAt: null };
    return row;
  }

  #check(writes: MoveWrites): void {
    const { sagas, inbox } = this.tables;
    if (writes.newSagas.some(({ id }) => sagas.has(id)))
      throw Object.assign(new Error('duplicate key value violates "saga_pkey"'), { code: '23505' });
    const isUnlocked = this.#flaw === 'sagas-unlocked';
    if (!isUnlocked && writes.sagas.some(({ id, revision }) => sagas.get(id)?.revision !== revision - 1))
      throw conflict('a saga has moved since it was locked');
    if (this.#flaw === 'inbox-without-key') return;
    if (writes.received.some(({ sagaId, messageId }) => inbox.has(rowId(sagaId, messageId))))
      throw conflict('a message has come twice at once');
    const waits = ({ sagaId, messageId }: InboxRow | MoveWrites['decided'][number]) =>
      this.tables.waiting.has(rowId(sagaId, messageId));
    if (this.#flaw !== 'stale-messages-decided' && !writes.decided.every(waits))
      throw conflict('a message has been decided already');
  }

  /** The messages that a claim reads, as they are committed now. */
  messages(request: ClaimRequest): Map<string, InboxRow> {
    const found = new Map<string, InboxRow>();
    for (const { sagaId, messageId } of request.messages) {
      const row = this.tables.inbox.get(rowId(sagaId, messageId));
      const isHidden = this.#flaw === 'inbox-without-key' && row?.status !== 'pending';
      if (row && !isHidden) found.set(rowId(sagaId, messageId), row);
    }
    const starting = new Set(request.startIds);
    if (starting.size === 0) return found;
    for (const [id, row] of this.tables.waiting) if (starting.has(row.sagaId)) found.set(id, row);
    return found;
  }

  #newestVisit(row: OutboxRecord): number {
    const rows = [...(this.tables.outbox.get(row.sagaId)?.values() ?? [])];
    return Math.max(
      ...rows.filter(({ id, kind }) => id === row.id && kind === 'timer').map(({ visit }) => visit),
    );
  }

  #publishRows(tx: OpenTransaction, sagaId: string): OutboxRecord[] {
    const rows: OutboxRecord[] = [];
    for (const [key, row] of this.tables.outbox.get(sagaId) ?? []) {
      if (key.startsWith('publish:')) rows.push(tx.rows.get(rowId(sagaId, key)) ?? row);
    }
    return rows;
  }

  #read(tx: OpenTransaction, sagaId: string, key: string): OutboxRecord | undefined {
    return tx.rows.get(rowId(sagaId, key)) ?? this.tables.row(sagaId, key);
  }

  #write(tx: OpenTransaction, row: OutboxRecord): void {
    const id = rowId(row.sagaId, row.key);
    tx.rows.set(id, row);
    this.#lockedRows.set(id, tx);
  }

  #lock(tx: OpenTransaction, id: string): boolean {
    const holder = this.#lockedSagas.get(id);
    if (this.#flaw === 'sagas-unlocked') return true;
    if (holder && holder !== tx) return false;
    this.#lockedSagas.set(id, tx);
    tx.sagas.add(id);
    return true;
  }

  #reserve(tx: OpenTransaction, id: string): boolean {
    const holder = this.#reserved.get(id);
    if (holder && holder !== tx) return false;
    this.#reserved.set(id, tx);
    tx.reserved.add(id);
    return true;
  }

  #end(tx: OpenTransaction): void {
    if (!tx.isOpen) return;
    tx.isOpen = false;
    this.open.delete(tx);
    for (const id of tx.sagas) this.#lockedSagas.delete(id);
    for (const id of tx.reserved) this.#reserved.delete(id);
    for (const id of tx.rows.keys()) if (this.#lockedRows.get(id) === tx) this.#lockedRows.delete(id);
    const waiting = this.#onEnd;
    this.#onEnd = [];
    for (const run of waiting) this.#scheduler.afterOutside(0, 'lock released', run);
  }
}

function conflict(message: string): Error {
  return Object.assign(new Error(message), { code: '40001' });
}

function changedRow(row: OutboxRecord, change: OutboxChange, now: number): OutboxRecord {
  const { left = false, renewed } = change;
  const wasStopped = row.status === 'parked';
  const isLeft = left && (wasStopped || row.status === 'pending');
  return {
    ...row,
    status: change.status ?? (left && wasStopped ? 'pending' : row.status),
    left: row.left || left,
    lastError: renewed ? null : (change.lastError ?? row.lastError),
    attempt: renewed ? 0 : row.attempt + (change.status === 'leased' ? 1 : 0),
    result: renewed ? null : row.result,
    stuck: false,
    delivery: change.delivery ?? row.delivery,
    lease: change.lease ?? row.lease,
    deadlineAt: renewed?.deadlineAt ?? row.deadlineAt,
    dueAt: change.dueAt ?? (isLeft ? now : row.dueAt),
  };
}
