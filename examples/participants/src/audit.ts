import { type Books, type Effect, emptyBooks, post } from './books.ts';
import type { AuditedOrder, AuditedPayment, BooksAnswer, EffectCount } from './contract/audit-answers.ts';
import { readJournal } from './journal/journal-file.ts';
import { type PaymentRecord, recordsOf, sumLedger } from './participants/payments-book.ts';
import { viewNotifications, viewStock } from './views.ts';

/**
 * Reads the journal file from its first byte and tells what it says. Nothing comes from memory, so
 * that a line which was changed, added or taken away shows in the numbers.
 */
export async function auditJournal(path: string): Promise<BooksAnswer> {
  const books = emptyBooks();
  const read_at = new Date().toISOString();
  const { lines, flaws } = await readJournal(path, (posted) => post(books, posted));
  return {
    read_at,
    lines,
    orders: auditOrders(books),
    stock: viewStock(books),
    stockViolations: books.inventory.violations,
    paymentViolations: books.payments.violations,
    effects: Object.fromEntries([...books.effects].map(([key, effect]) => [key, auditEffect(effect)])),
    notifications: viewNotifications(books),
    webhooks: {
      queued: books.webhooks.size + books.webhooksDelivered,
      delivered: books.webhooksDelivered,
      waiting: books.webhooks.size,
    },
    flaws,
  };
}

function auditOrders(books: Books): Record<string, AuditedOrder> {
  return Object.fromEntries(
    [...books.lastChangeAt].map(([orderId, at]) => [orderId, auditOrder(books, orderId, at)]),
  );
}

function auditOrder(books: Books, orderId: string, last_change_at: string): AuditedOrder {
  const payments = recordsOf(books.payments, orderId);
  const stock = books.inventory.reservations.get(orderId)?.bySku ?? [];
  const coupons = [...(books.promotions.orders.get(orderId) ?? [])].filter(
    ([, { status }]) => status === 'applied',
  );
  return {
    ...sumLedger(payments),
    payments: payments.map(auditPayment),
    stock: Object.fromEntries([...stock].map(([sku, units]) => [sku, { ...units }])),
    coupons: coupons.map(([code]) => code),
    discount: coupons.reduce((sum, [, { discount }]) => sum + discount, 0),
    last_change_at,
  };
}

function auditPayment(record: PaymentRecord): AuditedPayment {
  const { payment, paymentId: payment_id, status, amount, captureDue, lastChangeAt } = record;
  return {
    payment,
    payment_id,
    status,
    amount,
    ...sumLedger([record]),
    capture_due: captureDue,
    last_change_at: lastChangeAt,
  };
}

function auditEffect({ path, order_id, status, count, at }: Effect): EffectCount {
  return { path, order_id, outcome: status === 409 ? 'declined' : 'landed', count, at };
}
