import type { ObligationView, SagaStatus } from '@countermand/saga-core';
import { viewSaga } from '@countermand/saga-core';
import { type OrderPayment, type OrderSaga, type OrderStatus, viewOrder } from '@countermand/saga-core/order';
import type { AuditedOrder, BooksAnswer } from '@countermand-examples/participants/contract';
import type { OrderRows, OwnRows } from './read-own-rows.ts';

/** How long nothing must have happened to an order before it is judged. */
export const QUIET_MS = 10_000;

/** One order with both sides of the story: ours, and the participants'. */
export interface AuditCase {
  readonly id: string;
  /** Minor units. */
  readonly price: number;
  readonly items: OrderRows['items'];
  readonly status: OrderStatus;
  readonly sagaStatus: SagaStatus;
  readonly payments: readonly OrderPayment[];
  readonly openObligations: readonly ObligationView[];
  readonly book: AuditedOrder | undefined;
  /** Neither its rows nor the books have changed for {@link QUIET_MS}, and no news of it is on its way. */
  readonly isQuiet: boolean;
}

/** Puts both sides together. Orders whose saga can't be read are left to the history's rules. */
export function auditCases(saga: OrderSaga, own: OwnRows, books: BooksAnswer): AuditCase[] {
  return own.orders.flatMap((order) => {
    const { saga: rows } = order;
    if (!rows) return [];
    try {
      const view = viewSaga(saga, rows.envelope, {
        steps: [],
        createdAt: order.createdAt,
        updatedAt: rows.changedAt,
      });
      const { status, payments } = viewOrder(view);
      const book = books.orders[order.id];
      return {
        id: order.id,
        price: order.price,
        items: order.items,
        status,
        sagaStatus: rows.error === null ? view.status : 'parked',
        payments,
        openObligations: view.openObligations,
        book,
        isQuiet: isQuiet(order, own.now, book, books),
      };
    } catch {
      return [];
    }
  });
}

function isQuiet(
  { saga }: OrderRows,
  now: number,
  book: AuditedOrder | undefined,
  books: BooksAnswer,
): boolean {
  if (!saga || now - saga.changedAt < QUIET_MS) return false;
  if (!book) return true;
  const bookChangedAt = Date.parse(book.last_change_at);
  if (Date.parse(books.read_at) - bookChangedAt < QUIET_MS) return false;
  // The books know more than we were told, and there are webhooks that couldn't be delivered yet.
  return bookChangedAt <= saga.changedAt || books.webhooks.waiting === 0;
}
