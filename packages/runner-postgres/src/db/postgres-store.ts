import { assumedTransaction, NotAsAssumed } from '../assumed-claims.js';
import type { AssumedClaims } from '../ports/claims.js';
import type { MoveTransaction, MoveWrites, Store } from '../ports/store.js';
import type { PgBossQueue } from '../queue/pg-boss-queue.js';
import { QueuesNotMet } from '../queue/queues-not-met.js';
import { claim, reserveAbsent } from './claim.js';
import type { Database } from './database.js';
import { failureKind } from './failure-kind.js';
import { findHistory, findSaga, listSagas } from './find-sagas.js';
import { renewLeases, retryLater } from './leases.js';
import { readPublishOrder } from './publish-order.js';
import { saveAssumed } from './save-assumed.js';
import { notify, saveMoves } from './save-moves.js';
import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';
import { markStuck, unstick } from './stuck.js';
import { expireEarly, redeliver, sweep } from './sweep.js';
import { takeWakeups } from './take-wakeups.js';

/** The store on PostgreSQL and pg-boss. */
export function postgresStore(database: Database, queue: PgBossQueue): Store {
  const { names } = database;
  return {
    move: (body) =>
      meetingQueues(queue, () =>
        database.transaction((session) => body(moveTransaction(session, names, queue))),
      ),
    moveAssumed: (assumed, body) => moveAssumed(database, queue, assumed, body),
    failureKind,
    takeWakeups: (request) => takeWakeups(database, queue, request),
    renewLeases: (leases, leaseMs) => renewLeases(database, names, leases, leaseMs),
    retryLater: (writes) => retryLater(database, names, writes),
    sweep: (request) => sweep(database, names, request),
    redeliver: (rows) => redeliver(database, queue, rows),
    expireEarly: () => expireEarly(database, names),
    removeWakeups: (wakeups) => queue.remove(wakeups),
    markStuck: (write) => markStuck(database, write),
    unstick: (sagaId) => unstick(database, sagaId),
    notify: (notices) => notify(database, names, notices),
    find: (sagaId) => findSaga(database, names, sagaId),
    list: (filter) => listSagas(database, names, filter),
    history: (sagaId, page) => findHistory(database, names, sagaId, page),
  };
}

/** A transaction that meets new queues fails as if it had met a conflict, and they are declared before the next try. */
async function meetingQueues<Result>(queue: PgBossQueue, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof QueuesNotMet) await queue.declare(error.queues);
    throw error;
  }
}

/** The steps of moving sagas inside of a transaction that is open on the session. */
export function moveTransaction(session: Session, names: SchemaNames, queue: PgBossQueue): MoveTransaction {
  return {
    claim: (request) => claim(session, names, request),
    reserveAbsent: (sagaIds) => reserveAbsent(session, names, sagaIds),
    publishOrder: (request) => readPublishOrder(session, names, request),
    save: (writes) => save(session, names, queue, writes),
  };
}

/** @see Store.moveAssumed */
async function moveAssumed<Result>(
  database: Database,
  queue: PgBossQueue,
  assumed: AssumedClaims,
  body: (tx: MoveTransaction) => Promise<Result>,
): Promise<{ readonly result: Result; readonly now: number } | undefined> {
  const { names } = database;
  const reads: Pick<MoveTransaction, 'publishOrder'> = {
    publishOrder: (request) => database.transaction((session) => readPublishOrder(session, names, request)),
  };
  let writes = NOTHING;
  try {
    const result = await body(
      assumedTransaction(assumed, reads, (decided) => {
        writes = decided;
        return Promise.resolve();
      }),
    );
    const save = async (session: Session) => {
      await saveBeside(session, names, queue, writes);
      return await saveAssumed(session, names, assumed, writes);
    };
    const now = await meetingQueues(queue, () => database.transaction(save, true));
    return { result, now };
  } catch (error) {
    if (error instanceof NotAsAssumed || failureKind(error) !== 'away' || isLocked(error)) return undefined;
    throw error;
  }
}

const NOTHING: MoveWrites = {
  ...{ newSagas: [], sagas: [], history: [], received: [], decided: [] },
  ...{ added: [], changed: [], forgotten: [], deliveries: [], notices: [] },
};

/** Somebody else holds a lock for longer than a hasty transaction waits. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03';
}

async function save(
  session: Session,
  names: SchemaNames,
  queue: PgBossQueue,
  writes: MoveWrites,
): Promise<void> {
  await saveBeside(session, names, queue, writes);
  await saveMoves(session, names, writes);
}

async function saveBeside(
  session: Session,
  names: SchemaNames,
  queue: PgBossQueue,
  writes: MoveWrites,
): Promise<void> {
  if (writes.deliveries.length > 0) await queue.insert(session, writes.deliveries);
  if (writes.notices.length > 0) await notify(session, names, writes.notices);
}
