import type { OrderStatus, OrderView } from '@countermand/saga-core/order';

/** The order's statuses by the names that this service has for them. */
export const ORDER_NAMES = [
  'PENDING',
  'RESERVED',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'IN_TRANSIT',
  'REVERSED',
  'FAILED',
  'CANCELLED',
] as const;

/** A status as this service calls it. */
export type OrderName = (typeof ORDER_NAMES)[number];

const NAMES: Readonly<Record<OrderStatus, OrderName>> = {
  CREATED: 'PENDING',
  RESERVED: 'RESERVED',
  // The stock is held, and the money is not there yet: for who looks from outside that is one status.
  PAYMENT_PENDING: 'RESERVED',
  PAID: 'PAID',
  CONFIRMED: 'CONFIRMED',
  SHIPPED: 'SHIPPED',
  IN_TRANSIT: 'IN_TRANSIT',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
};

/** What this service calls an order's status: `REVERSED` is a failure that the payment caused. */
export function nameOf({ status, failure }: Pick<OrderView, 'status' | 'failure'>): OrderName {
  return status === 'FAILED' && failure?.category === 'PAYMENT_FAILED' ? 'REVERSED' : NAMES[status];
}

/** The status that a name stands for; `STOCK_RESERVED` and `RESERVED` mean the same. */
export function statusOf(name: string): OrderStatus | undefined {
  if (name === 'STOCK_RESERVED') return 'RESERVED';
  if (name === 'REVERSED') return 'FAILED';
  const found = Object.entries(NAMES).find(([, one]) => one === name);
  return found && (found[0] as OrderStatus);
}
