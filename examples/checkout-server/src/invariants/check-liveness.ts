import {
  type Envelope,
  parseIdempotencyKey,
  rowKey,
  type SagaStatus,
  timerKey,
} from '@countermand/saga-core';
import type { BooksAnswer } from '@countermand-examples/participants/contract';
import { fulfilmentKey } from '../fulfilment-key.ts';
import { QUIET_MS } from './audit-case.ts';
import type { OrderRows, OutboxRow, OwnRows, SagaRows } from './read-own-rows.ts';
import type { Violation } from './violation.ts';

const OVERDUE_MS = 30_000;
const EARLY_MS = 7 * 86_400_000 + 3_600_000;
const UNSETTLED: ReadonlySet<string> = new Set(['pending', 'leased', 'awaiting']);

/**
 * Liveness: L1 what isn't at rest has something that will move it, or waits for a person; E1 each effect is there
 * once per key, and some step asked for it; E2 every order that was promised exists; E3 every message that was
 * accepted is applied, ignored with a reason, or kept.
 */
export function checkLiveness(
  own: OwnRows,
  books: BooksAnswer,
  statusOf: (id: string) => SagaStatus | undefined,
): Violation[] {
  return [
    ...own.orders.flatMap((order) => checkMoving(order, own.now, statusOf(order.id))),
    ...checkEffects(own, books),
    ...checkPromises(own),
    ...checkInbox(own, statusOf),
  ];
}

function checkMoving({ id, saga }: OrderRows, now: number, status: SagaStatus | undefined): Violation[] {
  if (!saga || status === undefined || status === 'parked' || now - saga.changedAt < QUIET_MS) return [];
  const open = saga.outbox.filter((row) => UNSETTLED.has(row.status));
  const byKey = new Map(open.map((row) => [row.key, row]));
  const wanted = status === 'rest' ? [] : wantedRows(saga.envelope);
  const details = [
    ...wanted.filter((key) => !byKey.has(key)).map((key) => `nothing will carry ${key} out`),
    ...open.filter(({ stuck }) => stuck).map(({ key }) => `${key} is stuck, and nobody was told`),
    ...open.filter((row) => isOverdue(row, now)).map(({ key }) => `${key} is overdue`),
    ...(status !== 'rest' && wanted.length + open.length === 0 ? ['nothing will ever move it'] : []),
  ];
  return details.map((detail) => ({ invariant: 'L1', order_id: id, detail }));
}

/** Keys of the rows that the saga's own books say it waits for. */
function wantedRows({ runs, timers }: Envelope): string[] {
  return [
    ...runs.filter(({ parked, answered }) => !parked && !answered).map(({ id, visit }) => rowKey(id, visit)),
    ...timers.map(({ id, visit }) => timerKey(id, visit)),
  ];
}

function isOverdue({ dueAt, stuck }: OutboxRow, now: number): boolean {
  return !stuck && dueAt !== null && now - dueAt > OVERDUE_MS;
}

function checkEffects({ orders }: OwnRows, { effects }: BooksAnswer): Violation[] {
  const sagas = new Map<string, SagaRows>(
    orders.flatMap(({ id, saga }) => (saga ? [[id, saga] as const] : [])),
  );
  return Object.entries(effects).flatMap(([key, { count, path, order_id }]) => {
    const say = (detail: string) => ({
      invariant: 'E1',
      ...(order_id !== undefined && { order_id }),
      detail,
    });
    if (count !== 1) return [say(`${path} took effect ${count} times under ${key}`)];
    const named = parseIdempotencyKey(key);
    if (order_id !== undefined && key === fulfilmentKey(order_id)) return [];
    if (!named) return [say(`${path} took effect under ${key}, which is no key of any step`)];
    const saga = sagas.get(named.sagaId);
    if (!saga || isAsked(saga, named.key)) return [];
    return [say(`${path} took effect under ${key}, which is no step of the saga`)];
  });
}

/** A step that was settled without a hitch is in the history alone. */
function isAsked({ outbox, history }: SagaRows, key: string): boolean {
  return (
    outbox.some((row) => row.key === key) ||
    history.some(({ cause }) => cause?.type === 'answer' && rowKey(cause.id, cause.visit) === key)
  );
}

function checkPromises({ orders, promisedOrderIds }: OwnRows): Violation[] {
  const known = new Map(orders.map((order) => [order.id, order]));
  const lost = promisedOrderIds.filter((id) => !known.has(id));
  const lifeless = orders.filter(({ saga }) => !saga);
  return [
    ...lost.map((id) => ({ invariant: 'E2', order_id: id, detail: 'was promised and does not exist' })),
    ...lifeless.map(({ id }) => ({ invariant: 'E2', order_id: id, detail: 'has no saga' })),
  ];
}

function checkInbox(
  { inbox, orders, now }: OwnRows,
  statusOf: (id: string) => SagaStatus | undefined,
): Violation[] {
  const applied = new Map(orders.map(({ id, saga }) => [id, saga && messagesIn(saga)]));
  return inbox.flatMap(({ sagaId, messageId, status, receivedAt }) => {
    const say = (detail: string) => [
      { invariant: 'E3', order_id: sagaId, detail: `message ${messageId} ${detail}` },
    ];
    const age = now - receivedAt;
    const seen = applied.get(sagaId);
    if (status === 'early') {
      if (applied.has(sagaId) && age > QUIET_MS) return say('came early and was never given to its order');
      return age > EARLY_MS ? say('is kept longer than it should be') : [];
    }
    if (status === 'pending' || status === 'stuck') {
      return age > QUIET_MS && statusOf(sagaId) !== 'parked' ? say(`is ${status}`) : [];
    }
    return seen && !seen.has(messageId) ? say(`is ${status}, and the history knows nothing of it`) : [];
  });
}

function messagesIn({ history }: SagaRows): ReadonlySet<string> {
  return new Set(history.flatMap(({ cause }) => (cause?.type === 'event' ? cause.messageId : [])));
}
