import type { LedgerOrder, PaymentStatus, Violation } from '../contract/audit-answers.ts';
import type { Change } from '../journal/change.ts';
import type { Stamp } from './inventory-book.ts';

export interface PaymentRecord {
  orderId: string;
  payment: string;
  paymentId: string;
  token: string;
  status: PaymentStatus;
  amount: number;
  /** Sums and counts over all lines of this payment. */
  authorized: number;
  captured: number;
  refunded: number;
  captures: number;
  refunds: number;
  refundId: string | undefined;
  captureDue: boolean;
  /** The authorization has run out. */
  expired: boolean;
  /** The refund that is under way. */
  pendingRefund: string | undefined;
  failedRefunds: number;
  lastChangeAt: string;
}

/** All that is known under one name of one order: newest payment last, and what is barred. */
export interface PaymentSlot {
  records: PaymentRecord[];
  barredFrom: Set<'authorize' | 'capture'>;
}

/** Payments by order and by the caller's name of them, folded from the journal. */
export interface PaymentsBook {
  orders: Map<string, Map<string, PaymentSlot>>;
  violations: Violation[];
}

export function emptyPayments(): PaymentsBook {
  return { orders: new Map(), violations: [] };
}

export function findSlot(book: PaymentsBook, orderId: string, payment: string): PaymentSlot | undefined {
  return book.orders.get(orderId)?.get(payment);
}

/** What is still open of an authorization. */
function openAuthorization(record: PaymentRecord): number {
  return record.status === 'authorized' || record.status === 'pending' ? record.authorized : 0;
}

/** All payments of an order, under whatever name. */
export function recordsOf(book: PaymentsBook, orderId: string): PaymentRecord[] {
  return [...(book.orders.get(orderId)?.values() ?? [])].flatMap(({ records }) => records);
}

/** What is open and what has moved, over several payments. */
export function sumLedger(records: PaymentRecord[]): LedgerOrder {
  const sum: LedgerOrder = { authorized: 0, captured: 0, refunded: 0, captures: 0, refunds: 0 };
  for (const record of records) {
    sum.authorized += openAuthorization(record);
    sum.captured += record.captured;
    sum.refunded += record.refunded;
    sum.captures += record.captures;
    sum.refunds += record.refunds;
  }
  return sum;
}

/** Writes one change into the book; changes of other participants pass by. */
export function postToPayments(book: PaymentsBook, change: Change, stamp: Stamp): void {
  switch (change.kind) {
    case 'payment.barred':
      slotOf(book, change.order_id, change.payment).barredFrom.add(change.from);
      return;
    case 'payment.authorized':
    case 'payment.declined': {
      const record = recordOf(book, change, stamp);
      record.token = change.token;
      record.amount = change.amount;
      if (change.kind === 'payment.authorized') record.authorized += change.amount;
      record.status = change.kind === 'payment.authorized' ? 'authorized' : 'declined';
      return;
    }
    case 'payment.capture_promised': {
      const record = recordOf(book, change, stamp);
      record.captureDue = true;
      record.status = 'pending';
      return;
    }
    case 'payment.captured': {
      const record = recordOf(book, change, stamp);
      record.captured += change.amount;
      record.captures += 1;
      record.captureDue = false;
      record.status = 'captured';
      judge(book, record, stamp);
      return;
    }
    case 'payment.voided':
      recordOf(book, change, stamp).status = 'voided';
      return;
    case 'payment.expired': {
      const record = recordOf(book, change, stamp);
      record.status = 'voided';
      record.expired = true;
      return;
    }
    case 'payment.refund_begun':
      recordOf(book, change, stamp).pendingRefund = change.refund_id;
      return;
    case 'payment.refund_failed': {
      const record = recordOf(book, change, stamp);
      record.pendingRefund = undefined;
      record.failedRefunds += 1;
      return;
    }
    case 'payment.refunded': {
      const record = recordOf(book, change, stamp);
      record.pendingRefund = undefined;
      record.refunded += change.amount;
      record.refunds += 1;
      record.refundId = change.refund_id;
      record.status = 'refunded';
      judge(book, record, stamp);
      return;
    }
  }
}

function judge(book: PaymentsBook, record: PaymentRecord, stamp: Stamp): void {
  const { authorized, captured, refunded } = record;
  if (captured <= authorized && refunded <= captured && captured >= 0 && refunded >= 0) return;
  const sums = `authorized ${authorized}, captured ${captured}, refunded ${refunded}`;
  const detail = `payment ${record.payment} (${record.paymentId}): ${sums}`;
  book.violations.push({ ...stamp, order_id: record.orderId, detail });
}

interface PaymentKey {
  order_id: string;
  payment: string;
  payment_id: string;
}

function recordOf(book: PaymentsBook, key: PaymentKey, stamp: Stamp): PaymentRecord {
  const { records } = slotOf(book, key.order_id, key.payment);
  let record = records.find((one) => one.paymentId === key.payment_id);
  if (!record) {
    record = {
      orderId: key.order_id,
      payment: key.payment,
      paymentId: key.payment_id,
      token: '',
      status: 'authorized',
      amount: 0,
      authorized: 0,
      captured: 0,
      refunded: 0,
      captures: 0,
      refunds: 0,
      refundId: undefined,
      captureDue: false,
      expired: false,
      pendingRefund: undefined,
      failedRefunds: 0,
      lastChangeAt: stamp.at,
    };
    records.push(record);
  }
  record.lastChangeAt = stamp.at;
  return record;
}

function slotOf(book: PaymentsBook, orderId: string, payment: string): PaymentSlot {
  const slots = book.orders.get(orderId) ?? new Map<string, PaymentSlot>();
  book.orders.set(orderId, slots);
  const slot = slots.get(payment) ?? { records: [], barredFrom: new Set() };
  slots.set(payment, slot);
  return slot;
}
