import { type SagaStatus, viewSaga } from '@countermand/saga-core';
import { type OrderPayment, type OrderSaga, type OrderStatus, viewOrder } from '@countermand/saga-core/order';
import type { AuditedOrder, BooksAnswer } from '@countermand-examples/participants/contract';
import { breather } from './breathe.ts';
import type { OrderRows, OwnRows } from './read-own-rows.ts';

/** How long nothing must have happened to an order before it is judged. */
export const QUIET_MS = 10_000;

/** One order with both sides of the story: ours, and the participants'. */
export interface AuditCase {
  readonly id: string;
  /** Minor units: the order's total, less what its coupons take off by the journal. */
  readonly price: number;
  readonly items: OrderRows['items'];
  readonly status: OrderStatus;
  readonly sagaStatus: SagaStatus;
  readonly payments: readonly OrderPayment[];
  /** What we say that the order costs. */
  readonly shownTotal: number;
  readonly book: AuditedOrder | undefined;
  /** Neither its rows nor the books have changed for {@link QUIET_MS}, and no news of it is on its way. */
  readonly isQuiet: boolean;
}

/** Puts both sides together. Orders whose saga can't be read are left to the history's rules. */
export async function auditCases(saga: OrderSaga, own: OwnRows, books: BooksAnswer): Promise<AuditCase[]> {
  const breathe = breather();
  const cases: AuditCase[] = [];
  for (const order of own.orders) {
    await breathe();
    const one = auditCase(saga, order, own.now, books);
    if (one) cases.push(one);
  }
  return cases;
}

function auditCase(
  saga: OrderSaga,
  order: OrderRows,
  now: number,
  books: BooksAnswer,
): AuditCase | undefined {
  const { saga: rows, id, price, items, createdAt } = order;
  if (!rows) return undefined;
  const { envelope, changedAt, error } = rows;
  const book = books.orders[id];
  try {
    const view = viewSaga(saga, envelope, { steps: [], createdAt, updatedAt: changedAt });
    const { status, payments, total } = viewOrder(view);
    const sagaStatus = error === null ? view.status : 'parked';
    return {
      id,
      price: price - (book?.discount ?? 0),
      items,
      status,
      sagaStatus,
      payments,
      shownTotal: total.amount,
      book,
      isQuiet: isQuiet(order, now, book, books),
    };
  } catch {
    return undefined;
  }
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
