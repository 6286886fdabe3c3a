import { z } from 'zod';
import { moneySchema } from './money.ts';

const id = z.string().min(1).max(255);
const order = { order_id: id };
const items = z.array(z.strictObject({ sku: id, quantity: z.int().min(1).max(1_000) })).min(1);
const payment = { ...order, payment: id };
const coupon = { ...order, code: id };

export const orderOnly = z.strictObject(order);

export const reserveStock = z.strictObject({ ...order, items });
/** Reserves every item or none. */
export type ReserveStock = z.input<typeof reserveStock>;
/** Gives back what the order has reserved. */
export type ReleaseStock = z.input<typeof orderOnly>;
/** Turns what the order has reserved into sold. */
export type CommitStock = z.input<typeof orderOnly>;

export const authorizePayment = z.strictObject({
  ...payment,
  method: id.default('card'),
  amount: moneySchema,
  token: id.default('tok_random'),
});
/** `payment` is the caller's name of the payment within the order. Without a token: `tok_random`. */
export type AuthorizePayment = z.input<typeof authorizePayment>;

export const capturePayment = z.strictObject({ ...payment, amount: moneySchema });
/** Takes at most what was authorized, once. */
export type CapturePayment = z.input<typeof capturePayment>;

export const onePayment = z.strictObject(payment);
export type VoidPayment = z.input<typeof onePayment>;
/** Pays back all that was captured. */
export type RefundPayment = z.input<typeof onePayment>;

export const couponOnTotal = z.strictObject({ ...coupon, total: moneySchema });
export type ValidateCoupon = z.input<typeof couponOnTotal>;
export type ApplyCoupon = z.input<typeof couponOnTotal>;
export const oneCoupon = z.strictObject(coupon);
export type CancelCoupon = z.input<typeof oneCoupon>;

export type CreateFulfilmentOrder = z.input<typeof orderOnly>;
export const createInvoice = z.strictObject({ ...order, amount: moneySchema });
export type CreateInvoice = z.input<typeof createInvoice>;
export type CreateShipment = z.input<typeof orderOnly>;
export const createLabel = z.strictObject({ ...order, shipment_id: id });
export type CreateLabel = z.input<typeof createLabel>;

export const createPickList = z.strictObject({ ...order, items });
export type CreatePickList = z.input<typeof createPickList>;

export const notificationKind = z.enum(['out_of_stock', 'payment_failed', 'on_its_way']);
export const notify = z.strictObject({ ...order, kind: notificationKind });
export type Notify = z.input<typeof notify>;

export const scanParcel = z.strictObject({ ...order, tracking: id.optional() });
export const setStock = z.strictObject({ sku: id, available: z.int().nonnegative().max(1_000_000_000) });

export const fault = z.strictObject({
  service: z.enum([
    'all',
    'inventory',
    'payments',
    'promotions',
    'fulfilment',
    'warehouse',
    'carrier',
    'notifications',
    'effects',
  ]),
  mode: z.enum(['down', 'slow', 'lost', 'off']),
  ms: z.int().min(0).max(600_000).optional(),
  count: z.int().min(1).optional(),
});
