import type { Json } from '../json.js';
import type { ObligationView, SagaView } from '../runner-contract.js';
import type { OrderContext, OrderCoupon, OrderFailure, OrderPayment } from './order-context.js';

/** An order's status: the machine's top-level state. */
export type OrderStatus =
  | 'CREATED'
  | 'RESERVED'
  | 'PAYMENT_PENDING'
  | 'PAID'
  | 'CONFIRMED'
  | 'SHIPPED'
  | 'IN_TRANSIT'
  | 'FAILED'
  | 'CANCELLED';

/** An order as its owner wants to see it. */
export interface OrderView {
  readonly status: OrderStatus;
  readonly customerId: string;
  readonly items: OrderContext['items'];
  readonly total: OrderContext['total'];
  /** A payment that is being undone is `unknown` until the undo is confirmed, if nobody knows its state. */
  readonly payments: readonly OrderPayment[];
  readonly coupons: readonly OrderCoupon[];
  /** What the coupons took off: the total and the payments are what is left. */
  readonly discount?: OrderContext['discount'];
  readonly failure?: OrderFailure;
  readonly cancelReason?: string;
  readonly invoice?: { readonly invoiceId: string; readonly number: string };
  readonly label?: { readonly labelId: string };
  readonly tracking?: string;
}

/** The order that a saga of {@link createOrderSaga} is about. */
export function viewOrder(view: Pick<SagaView, 'state' | 'context' | 'openObligations'>): OrderView {
  // Only the order machine writes this context.
  const context = view.context as unknown as OrderContext;
  const { customerId, items, total, coupons, discount } = context;
  const { failure, cancelReason, invoice, label, tracking } = context;
  return {
    status: orderStatus(view.state),
    customerId,
    items,
    total,
    payments: context.payments.map((payment) => showPayment(payment, view.openObligations)),
    coupons,
    ...(discount && { discount }),
    ...(failure && { failure }),
    ...(cancelReason !== undefined && { cancelReason }),
    ...(invoice && { invoice }),
    ...(label && { label }),
    ...(tracking !== undefined && { tracking }),
  };
}

/** The status that a state value of the order machine stands for. */
export function orderStatus(state: Json): OrderStatus {
  return (typeof state === 'string' ? state : Object.keys(state ?? {})[0]) as OrderStatus;
}

function showPayment(payment: OrderPayment, open: readonly ObligationView[]): OrderPayment {
  const of = (kind: string) => open.find((one) => one.kind === kind && one.instance === payment.id);
  const captured = of('payment.captured');
  if (captured?.certainty === 'open') return { ...payment, status: 'captured' };
  const unsure = captured?.certainty === 'maybe' || of('payment.authorized')?.certainty === 'maybe';
  const settled = payment.status === 'declined' || payment.status === 'captured';
  return unsure && !settled && payment.status !== 'pending' && payment.status !== 'authorized'
    ? { ...payment, status: 'unknown' }
    : payment;
}
