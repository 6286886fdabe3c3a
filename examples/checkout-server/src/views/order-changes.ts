import { isDeepStrictEqual } from 'node:util';
import type { HistoryEntry, SagaView } from '@countermand/saga-core';
import { type OrderStatus, orderStatus } from '@countermand/saga-core/order';
import { type SagaStatusName, sagaStatusOf } from './saga-status.ts';

/** One line that a watcher of an order gets. */
export interface OrderChange {
  readonly status: OrderStatus;
  readonly saga_status: SagaStatusName;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * The lines of a history that are told with a saga: those up to where it was when it was read. The history is read a
 * moment later, and may be further by then; what came after is for the next time.
 */
export function entriesUpTo(
  saga: Pick<SagaView, 'state' | 'status'>,
  entries: readonly HistoryEntry[],
): readonly HistoryEntry[] {
  const last = entries.findLastIndex(({ to }) => isDeepStrictEqual(to, saga.state));
  // Where it rests it has been all the way.
  return last < 0 && saga.status === 'rest' ? entries : entries.slice(0, last + 1);
}

/**
 * What happened to an order since its watcher was told last: every status that it went through, and where its saga
 * stands now.
 *
 * @param entries - of the history, since then and up to where it stands
 */
export function orderChanges(
  last: OrderChange | undefined,
  entries: readonly HistoryEntry[],
  saga: SagaView,
): readonly OrderChange[] {
  const now: OrderChange = {
    status: orderStatus(saga.state),
    saga_status: sagaStatusOf(saga),
    at: new Date(saga.updatedAt).toISOString(),
  };
  if (!last) return [now];
  const changes: OrderChange[] = [];
  const isNews = (change: OrderChange) => {
    const { status, saga_status } = changes.at(-1) ?? last;
    return change.status !== status || change.saga_status !== saga_status;
  };
  const passed = entries
    .map(({ to, at }) => passing(orderStatus(to), at))
    .filter(({ status }) => status !== now.status);
  for (const change of [...passed, now]) if (isNews(change)) changes.push(change);
  return changes;
}

/** A status that the order has left again: its saga was under way, or undoing. */
function passing(status: OrderStatus, at: number): OrderChange {
  const saga_status = status === 'FAILED' || status === 'CANCELLED' ? 'COMPENSATING' : 'STARTED';
  return { status, saga_status, at: new Date(at).toISOString() };
}
