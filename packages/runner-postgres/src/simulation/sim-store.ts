import { failureKind } from '../db/failure-kind.js';
import type { LeasedRow, OutboxRow } from '../ports/outbox-rows.js';
import { rowId } from '../ports/row-id.js';
import type { Store, Sweep } from '../ports/store.js';
import type { Wakeup } from '../ports/wakeup-queue.js';
import { LOCKED } from './sim-connection.js';
import { SimMoves } from './sim-moves.js';
import { type JobRecord, SagaRecord } from './sim-tables.js';
import { toldRows } from './told-rows.js';

const GIVE_BACK_MS = 2_000;

/** The engine's store over the simulated database: what the statements of the real one mean, in the same steps. */
export class SimStore extends SimMoves implements Store {
  readonly failureKind = failureKind;

  takeWakeups(request: Parameters<Store['takeWakeups']>[0]): ReturnType<Store['takeWakeups']> {
    return this.connection.run('takeWakeups', (now) => this.#take(request, now));
  }

  renewLeases(
    leases: readonly { sagaId: string; key: string; lease: string }[],
    leaseMs: number,
  ): Promise<ReadonlySet<string>> {
    const { database } = this.parts;
    return this.connection.run('renewLeases', (now) => {
      const held = new Set<string>();
      for (const { sagaId, key, lease } of leases) {
        const row = database.tables.row(sagaId, key);
        if (row?.status !== 'leased' || row.lease !== lease) continue;
        held.add(lease);
        // Locked by a batch that is about to settle it: held, and left alone.
        if (!database.isLocked(sagaId, key)) database.tables.putRow({ ...row, dueAt: now + leaseMs });
      }
      return held;
    });
  }

  retryLater(writes: Parameters<Store['retryLater']>[0]): ReturnType<Store['retryLater']> {
    const { database } = this.parts;
    return this.connection.run('retryLater', (now) => {
      if (writes.some(({ sagaId, key }) => database.isLocked(sagaId, key))) return LOCKED;
      return writes.flatMap(({ sagaId, key, lease, delayMs, error, uncounted }) => {
        const row = database.tables.row(sagaId, key);
        if (row?.status !== 'leased' || row.lease !== lease) {
          database.zombiesRefused += 1;
          return [];
        }
        database.tables.putRow({
          ...row,
          status: 'pending',
          attempt: row.attempt - (uncounted ? 1 : 0),
          lastError: error,
          delivery: null,
          dueAt: now + (row.left ? 0 : delayMs),
        });
        return [{ sagaId, key, left: row.left, lease }];
      });
    });
  }

  sweep(request: Parameters<Store['sweep']>[0]): Promise<Sweep> {
    const { database, flaw } = this.parts;
    const { tables } = database;
    return this.connection.run('sweep', (now) => {
      const due = (kind: OutboxRow['kind']) =>
        [...tables.live.values()]
          .filter((row) => row.kind === kind && row.dueAt !== null && row.dueAt <= now)
          .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
          .slice(0, request.limit);
      if (flaw === 'sweeper-never-runs')
        return { now, timers: due('timer'), rows: [], inbox: [], queues: [] };
      const waiting = new Set<string>();
      for (const { status, delivery, queue } of tables.live.values()) {
        if (status === 'pending' && delivery !== null && queue !== null) waiting.add(queue);
      }
      return {
        now,
        timers: due('timer'),
        rows: [...due('step'), ...due('publish')].map((row) => ({ ...row, ...this.#nameOf(row.sagaId) })),
        inbox: [...tables.waiting.values()]
          .filter(({ status }) => status === 'pending')
          .sort((a, b) => a.receivedAt - b.receivedAt)
          .slice(0, request.limit)
          .map(({ sagaId, messageId }) => ({ sagaId, messageId })),
        queues: request.queues.filter((queue) => waiting.has(queue)),
      };
    });
  }

  redeliver(rows: Parameters<Store['redeliver']>[0]): Promise<readonly string[]> {
    const { database } = this.parts;
    return this.connection.run('redeliver', (now) => {
      if (rows.some(({ row }) => database.isLocked(row.sagaId, row.key))) return LOCKED;
      const queues = new Set<string>();
      for (const { row: seen, delivery, againInMs, final } of rows) {
        const row = database.tables.row(seen.sagaId, seen.key);
        if (!row || row.status !== seen.status || row.dueAt === null || row.dueAt > now) continue;
        if (row.lease !== seen.lease || row.delivery !== seen.delivery) continue;
        const deadlineAt = final ? Math.min(row.deadlineAt ?? now, now) : row.deadlineAt;
        database.tables.putRow({ ...row, status: 'pending', delivery, dueAt: now + againInMs, deadlineAt });
        const { sagaId, key, queue } = row;
        if (queue === null) continue;
        database.putJob({ queue, sagaId, key, delivery, replaces: seen.delivery }, now);
        queues.add(queue);
      }
      return [...queues];
    });
  }

  expireEarly(): Promise<number> {
    const { tables } = this.parts.database;
    return this.connection.run('expireEarly', (now) => {
      let expired = 0;
      for (const row of [...tables.waiting.values()]) {
        if (row.status !== 'early' || row.expiresAt === null) continue;
        if (row.expiresAt <= now) {
          tables.putMessage({ ...row, status: 'ignored', reason: 'EXPIRED', event: null });
          expired += 1;
        } else if (tables.sagas.has(row.sagaId)) {
          tables.putMessage({ ...row, status: 'pending' });
        }
      }
      return expired;
    });
  }

  removeWakeups(wakeups: readonly Wakeup[]): Promise<void> {
    const { tables } = this.parts.database;
    return this.connection.run('removeWakeups', () => {
      for (const { queue, delivery } of wakeups) tables.removeJob(queue, delivery);
    });
  }

  markStuck({ sagaId, key, messageId, error }: Parameters<Store['markStuck']>[0]): Promise<void> {
    const { database } = this.parts;
    const { tables } = database;
    return this.connection.run<void>('markStuck', (now) => {
      if (database.isSagaLocked(sagaId)) return LOCKED;
      const saga = tables.sagas.get(sagaId);
      if (saga)
        tables.sagas.set(
          sagaId,
          new SagaRecord({
            ...saga,
            ...{ status: 'parked', error, updatedAt: now },
            revision: saga.revision + 1,
          }),
        );
      const row = key === undefined ? undefined : tables.row(sagaId, key);
      if (row && ['pending', 'leased', 'awaiting'].includes(row.status))
        tables.putRow({ ...row, status: 'parked', stuck: true, lastError: error, delivery: null });
      const message = messageId === undefined ? undefined : tables.inbox.get(rowId(sagaId, messageId));
      if (message && (message.status === 'pending' || message.status === 'early'))
        tables.putMessage({ ...message, status: 'stuck', reason: error });
      return undefined;
    });
  }

  unstick(sagaId: string): Promise<boolean> {
    const { database } = this.parts;
    const { tables } = database;
    return this.connection.run('unstick', (now) => {
      if (database.isSagaLocked(sagaId)) return LOCKED;
      let found = false;
      for (const row of tables.outbox.get(sagaId)?.values() ?? []) {
        if (!row.stuck) continue;
        found = true;
        const deadlineAt = row.deadlineAt && Math.max(row.deadlineAt, now + row.deadlineAt - row.createdAt);
        tables.putRow({ ...row, status: 'pending', stuck: false, attempt: 0, dueAt: now, deadlineAt });
      }
      for (const message of tables.inbox.values()) {
        if (message.sagaId !== sagaId || message.status !== 'stuck') continue;
        found = true;
        tables.putMessage({ ...message, status: 'pending', reason: null });
      }
      return found;
    });
  }

  notify(notices: readonly string[]): Promise<void> {
    return this.connection.run('notify', () => this.parts.tell(notices));
  }

  find(sagaId: string): ReturnType<Store['find']> {
    const { tables } = this.parts.database;
    return this.connection.run('find', () => {
      const record = tables.sagas.get(sagaId);
      const stored = record?.copy();
      const rows = [...(tables.outbox.get(sagaId)?.values() ?? [])].filter(({ kind }) => kind === 'step');
      const told = toldRows(sagaId, tables.history.get(sagaId) ?? []);
      const steps = [...told.filter(({ key }) => !tables.row(sagaId, key)), ...rows];
      return stored && { stored, steps, createdAtText: String(stored.createdAt) };
    });
  }

  list(): ReturnType<Store['list']> {
    return Promise.reject(new Error('the engine lists nothing'));
  }

  history(sagaId: string): ReturnType<Store['history']> {
    const { tables } = this.parts.database;
    return this.connection.run('history', () => [...(tables.history.get(sagaId) ?? [])]);
  }

  #take(request: Parameters<Store['takeWakeups']>[0], now: number) {
    const { database, world } = this.parts;
    const { tables } = database;
    const jobs: JobRecord[] = [];
    const full: string[] = [];
    for (const queue of request.queues) {
      for (const job of tables.jobs.get(queue)?.values() ?? []) {
        if (jobs.length >= request.limit) break;
        if (job.visibleAt <= now) jobs.push(job);
      }
      if (jobs.length >= request.limit) full.push(queue);
    }
    if (jobs.some(({ sagaId, key }) => database.isLocked(sagaId, key))) return LOCKED;
    const rows: LeasedRow[] = [];
    const stale: Wakeup[] = [];
    for (const { queue, sagaId, key, delivery } of jobs) {
      if (!world.faults.hit('job twice', 0.02)) tables.removeJob(queue, delivery);
      const wakeup: Wakeup = { queue, sagaId, key, delivery, retryCount: 0 };
      const row = tables.row(sagaId, key);
      const name = this.#nameOf(sagaId);
      const isKnown =
        row?.kind === 'publish' ||
        request.known.some((one) => one.name === name.saga && one.version === name.version);
      const isNewest = row?.status === 'pending' && row.delivery === delivery;
      if (!row || !isNewest || !isKnown || row.left) {
        if (row && isNewest && !isKnown) tables.putRow({ ...row, delivery: null, dueAt: now + GIVE_BACK_MS });
        stale.push(wakeup);
        continue;
      }
      const isOver = row.deadlineAt !== null && row.deadlineAt <= now;
      const lease = request.newLease();
      const leased = {
        ...row,
        status: 'leased',
        attempt: row.attempt + (isOver ? 0 : 1),
        lease,
        delivery: null,
        dueAt: this.parts.flaw === 'leases-without-end' ? null : now + request.leaseMs,
      } as const;
      tables.putRow(leased);
      rows.push({ ...leased, ...name, leasedAt: now, wakeup, wasBegun: row.lease !== null });
    }
    rows.sort((a, b) => a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1));
    return { rows, full, stale, unknown: [] };
  }

  #nameOf(sagaId: string): { readonly saga: string; readonly version: number } {
    const { saga = '', version = 0 } = this.parts.database.tables.sagas.get(sagaId) ?? {};
    return { saga, version };
  }
}
