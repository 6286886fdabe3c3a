import type { Books } from './books.ts';
import { type Catalog, type EffectAnswer, type PaymentView, refusalSchema } from './contract/answers.ts';
import type { Ledger, Notifications, Stock } from './contract/audit-answers.ts';
import type { Money } from './contract/money.ts';
import type { CommandEntry } from './journal/entry.ts';
import { CATALOG } from './participants/catalog.ts';
import { recordsOf, sumLedger } from './participants/payments-book.ts';

/** What is on sale, and how much of it is left. */
export function viewCatalog(books: Books): Catalog {
  return {
    items: CATALOG.map(({ sku, name, price }) => ({
      sku,
      name,
      price: euros(price),
      available: books.inventory.stock.get(sku)?.available ?? 0,
    })),
  };
}

export function viewStock(books: Books): Stock {
  return Object.fromEntries([...books.inventory.stock].map(([sku, levels]) => [sku, { ...levels }]));
}

/** Payments of one order, of one name there, or of everybody. */
export function viewPayments(
  books: Books,
  orderId: string | undefined,
  payment: string | undefined,
): PaymentView[] {
  const orderIds = orderId === undefined ? [...books.payments.orders.keys()] : [orderId];
  return orderIds
    .flatMap((id) => recordsOf(books.payments, id))
    .filter((record) => payment === undefined || record.payment === payment)
    .map((record) => ({
      order_id: record.orderId,
      payment: record.payment,
      payment_id: record.paymentId,
      status: record.status,
      amount: euros(record.amount),
      captured: euros(record.captured),
      refunded: euros(record.refunded),
    }));
}

/** The gateway's own book by order. */
export function viewLedger(books: Books): Ledger {
  const orders = [...books.payments.orders.keys()].map((orderId) => {
    return [orderId, sumLedger(recordsOf(books.payments, orderId))] as const;
  });
  return { orders: Object.fromEntries(orders) };
}

export function viewNotifications(books: Books): Notifications {
  return Object.fromEntries([...books.notifications.orders].map(([orderId, told]) => [orderId, [...told]]));
}

export function viewEffect(effect: CommandEntry | undefined): EffectAnswer {
  if (!effect) return { status: 'not_landed' };
  if (effect.status !== 409) return { status: 'landed', response: effect.answer };
  return { status: 'declined', ...refusalSchema.parse(effect.answer) };
}

function euros(amount: number): Money {
  return { amount, currency: 'EUR' };
}
