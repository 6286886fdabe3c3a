import { z } from 'zod';

/** Money in integer minor units, with its ISO 4217 currency. */
export const money = z.object({ amount: z.int().nonnegative(), currency: z.string().regex(/^[A-Z]{3}$/) });

/** One line of an order. */
export const orderItem = z.object({ sku: z.string().min(1).max(64), quantity: z.int().min(1).max(1_000) });

/** How one part of an order's total is to be paid. */
const paymentRequest = z.object({
  method: z.string().min(1).max(40),
  /** The gateway's reference to the means of payment; never card data. May come with PAY instead. */
  token: z.string().max(200).optional(),
  amount: money,
});

/** What starts an order. Ids, not people: names and addresses stay in the tables of the user. */
export const orderInput = z.object({
  orderId: z.string(),
  customerId: z.string(),
  items: z.array(orderItem).min(1).max(100),
  total: money,
  /** Their sum is the total: both are before coupons. */
  payments: z.array(paymentRequest).min(1).max(8),
  /** Codes of coupons, used in this order; each counts once. */
  coupons: z.array(z.string().min(1).max(40)).max(8).optional(),
  /**
   * What becomes of the order when a coupon is not valid: `continue` (the default) goes on without it, with a warning
   * in the log; `fail` ends the order with `COUPON_INVALID`. It belongs to the order, so that a setting which changes
   * later changes no order that was placed before.
   */
  invalidCoupon: z.enum(['continue', 'fail']).optional(),
});

/** The input that starts an order. */
export type OrderInput = z.infer<typeof orderInput>;

/** A line of an order. */
export type OrderItem = z.infer<typeof orderItem>;

/** Where one payment of an order stands, as far as the machine knows; undone ones when the undo is confirmed. */
export type PaymentStatus =
  | 'pending'
  | 'authorized'
  | 'captured'
  | 'declined'
  | 'voided'
  | 'refunded'
  | 'unknown';

/** One payment of an order. */
export interface OrderPayment {
  /** Our own name of it within the order: `p1`, `p2`, ... */
  readonly id: string;
  readonly method: string;
  readonly amount: z.infer<typeof money>;
  readonly token?: string;
  readonly status: PaymentStatus;
  /** The gateway's id, once it is known. */
  readonly paymentId?: string;
}

/** One coupon of an order. */
export interface OrderCoupon {
  readonly code: string;
  /** `skipped`: it was not valid, and the order went on without it. `cancelled`: given back, as the order was undone. */
  readonly status: 'pending' | 'applied' | 'skipped' | 'cancelled';
  /** What it took off, once it is applied. */
  readonly discount?: z.infer<typeof money>;
}

/** Why an order failed. */
export type FailureCode =
  | 'OUT_OF_STOCK'
  | 'INVENTORY_ERROR'
  | 'PAYMENT_DECLINED'
  | 'PAYMENT_TIMEOUT'
  | 'FRAUD_CHECK_FAILED'
  | 'ADDRESS_INVALID'
  | 'COUPON_INVALID'
  | 'SYSTEM_ERROR';

/** What an order failed of. `category` groups codes as a caller may want to report them. */
export interface OrderFailure {
  readonly code: FailureCode;
  readonly category?: 'INVENTORY_ERROR' | 'PAYMENT_FAILED';
  readonly message: string;
}

/** The machine's context. Plain JSON. */
export interface OrderContext {
  readonly orderId: string;
  readonly customerId: string;
  readonly items: readonly OrderItem[];
  /** What is to be paid: before coupons in `CREATED`, after them from `RESERVED` on. So are the payments' amounts. */
  readonly total: z.infer<typeof money>;
  readonly payments: readonly OrderPayment[];
  readonly coupons: readonly OrderCoupon[];
  readonly invalidCoupon: 'continue' | 'fail';
  /** What the coupons took off the total in all, from `RESERVED` on, where there are any. */
  readonly discount?: z.infer<typeof money>;
  /** Payments whose state the gateway has still to tell before the payment deadline is acted on. */
  readonly asking: readonly string[];
  /** Payments that the gateway is being asked about because of news; `again`: more news came since. */
  readonly verifying: { readonly [id: string]: 'once' | 'again' };
  readonly failure?: OrderFailure;
  readonly cancelReason?: string;
  readonly invoice?: { readonly invoiceId: string; readonly number: string };
  readonly parcelId?: string;
  readonly shipmentId?: string;
  readonly label?: { readonly labelId: string };
  readonly tracking?: string;
}

/** The context of a new order. */
export function newOrder(input: OrderInput): OrderContext {
  const { orderId, customerId, items, total } = input;
  const payments = input.payments.map(
    ({ method, amount, token }, index): OrderPayment => ({
      id: `p${index + 1}`,
      method,
      amount,
      status: 'pending',
      ...(token !== undefined && { token }),
    }),
  );
  const coupons = [...new Set(input.coupons)].map((code): OrderCoupon => ({ code, status: 'pending' }));
  return {
    ...{ orderId, customerId, items, total, payments, coupons },
    invalidCoupon: input.invalidCoupon ?? 'continue',
    asking: [],
    verifying: {},
  };
}

/** An order's failure, with the category that goes with its code. */
export function failureOf(code: FailureCode, message: string): OrderFailure {
  if (code === 'OUT_OF_STOCK' || code === 'INVENTORY_ERROR')
    return { code, category: 'INVENTORY_ERROR', message };
  if (code === 'PAYMENT_DECLINED' || code === 'PAYMENT_TIMEOUT')
    return { code, category: 'PAYMENT_FAILED', message };
  return { code, message };
}

/** What the gateway says in a webhook. */
export interface PaymentNews {
  readonly paymentId: string;
  readonly amount: z.infer<typeof money>;
}

/** The payment that news of the gateway is about: only where id and amount are ours is it believed. */
export function paymentOf(context: OrderContext, news: PaymentNews): OrderPayment | undefined {
  return context.payments.find(
    ({ paymentId, amount }) =>
      paymentId === news.paymentId &&
      amount.amount === news.amount.amount &&
      amount.currency === news.amount.currency,
  );
}

/** Our names of the payments that the order counts as captured: what its end keeps of the money. */
export function capturedPayments({ payments }: OrderContext): string[] {
  return payments.filter(({ status }) => status === 'captured').map(({ id }) => id);
}

/** The payments with one of them changed. */
export function changePayment(
  payments: OrderContext['payments'],
  id: string,
  change: Partial<OrderPayment>,
): OrderContext['payments'] {
  return payments.map((payment) => (payment.id === id ? { ...payment, ...change } : payment));
}

/** A payment's status only moves forward: nothing takes it back from captured but an undo. */
export function moveForward(payments: OrderContext['payments'], id: string, change: Partial<OrderPayment>) {
  const now = payments.find((payment) => payment.id === id);
  if (now?.status !== 'captured') return changePayment(payments, id, change);
  return change.paymentId === undefined
    ? payments
    : changePayment(payments, id, { paymentId: change.paymentId });
}

/**
 * The payments after a compensation, whose report names the obligations that it closed, in order. A payment that was
 * voided or declined before and isn't known to have been captured since stays that, although a refund was tried to be
 * safe.
 */
export function afterUndo(
  payments: OrderContext['payments'],
  undone: readonly string[],
): OrderContext['payments'] {
  return payments.map((payment) => {
    const last = undone.findLast((one) => one.startsWith('payment.') && one.endsWith(`:${payment.id}`));
    // Nothing is open any more: this was undone by itself, before the machine heard that it had been captured.
    if (last === undefined && payment.status === 'captured') return { ...payment, status: 'refunded' };
    const tookNothing = payment.status === 'voided' || payment.status === 'declined';
    if (last === undefined || (last.startsWith('payment.captured') && tookNothing)) return payment;
    return { ...payment, status: last.startsWith('payment.captured') ? 'refunded' : 'voided' };
  });
}

/** The payment that a spawned step such as `capture.p1` is about. */
export function paymentIdOfActor(actorId: string): string {
  return actorId.slice(actorId.indexOf('.') + 1);
}
