/** The streams that services write of their own accord, each a topic exchange. */
export const STREAMS = {
  orders: 'order-events',
  inventory: 'inventory-events',
  payments: 'payment-events',
} as const;

/** What the inventory's answers are called in its stream. */
export const INVENTORY_EVENTS = {
  'stock.reserved': 'INVENTORY_RESERVED',
  'stock.refused': 'INVENTORY_REFUSED',
  'stock.released': 'INVENTORY_RELEASED',
  'stock.committed': 'INVENTORY_COMMITTED',
} as const;

/** What the payments' answers are called in their stream. */
export const PAYMENT_EVENTS = {
  'payment.authorized': 'PAYMENT_AUTHORIZED',
  'payment.declined': 'PAYMENT_DECLINED',
  'payment.captured': 'PAYMENT_CAPTURED',
  'payment.refused': 'PAYMENT_REFUSED',
  'payment.voided': 'PAYMENT_VOIDED',
  'payment.refunded': 'PAYMENT_REFUNDED',
  'payment.found': 'PAYMENT_FOUND',
} as const;

/** Where a service's answers go, and under which names; those without a name stay on the common exchange. */
export interface Stream {
  readonly exchange: string;
  readonly names: Readonly<Record<string, string>>;
}
