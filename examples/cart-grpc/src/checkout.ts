import { z } from 'zod';

/** One line of an order. Its price is in integer minor units of the order's currency. */
export const orderLine = z.object({
  variantId: z.string().min(1),
  productId: z.string(),
  name: z.string(),
  quantity: z.int().min(1).max(1_000),
  unitPrice: z.int().min(0),
});
export type OrderLine = z.infer<typeof orderLine>;

/** A request to check a cart out, as it is inside: amounts in integer minor units, people by their ids. */
export const checkout = z.object({
  checkoutId: z.string(),
  userId: z.string(),
  cartId: z.string(),
  items: z.array(orderLine),
  paymentMethod: z.string(),
  paymentAmount: z.int(),
  paymentCurrency: z.string(),
  shippingAddressId: z.string(),
  shippingMethod: z.string(),
  shippingCost: z.int(),
  subtotal: z.int(),
  coupons: z.array(z.object({ code: z.string(), discount: z.int() })),
  total: z.int(),
  currencyCode: z.string(),
});
export type Checkout = z.infer<typeof checkout>;

/** An order that is to be stored. The times are ISO 8601. */
export interface NewOrder {
  readonly userId: string;
  readonly cartId: string;
  readonly items: readonly OrderLine[];
  readonly status: 'CREATED' | 'CANCELLED';
  readonly paymentId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly totalAmount: number;
  readonly shippingAddressId: string;
  readonly currencyCode: string;
}

/** An order as it is stored. */
export interface StoredOrder extends NewOrder {
  readonly orderId: string;
}

/** What a caller has to mend. It leaves as INVALID_ARGUMENT. */
export class InvalidRequest extends Error {}
