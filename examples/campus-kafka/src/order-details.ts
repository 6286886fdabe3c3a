import { z } from 'zod';
import type { orderDetails } from './sagas/order-steps.ts';

const CURRENCY = 'EUR';

/** A price as the outside has it, 12.99; inside it is 1299. More than two decimals are refused, not rounded. */
const price = z
  .number()
  .nonnegative()
  .max(10_000)
  .transform((value, context) => {
    const cents = Math.round(value * 100);
    if (cents / 100 === value) return cents;
    context.addIssue('use at most two decimals');
    return z.NEVER;
  });

const text = z
  .string()
  .min(1)
  .max(200)
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed text');

/** The body of `POST /api/orders`. */
export const orderRequest = z.strictObject({
  customer_id: text.regex(/^[\w.@-]{1,64}$/, 'use letters, digits, _ . @ and -'),
  order_details: z.strictObject({
    foodItems: z
      .array(z.strictObject({ name: text, price, quantity: z.int().min(1).max(1_000) }))
      .min(1)
      .max(100),
    deliveryLocation: text,
  }),
});

type Details = z.output<typeof orderDetails>;

/** What all of it costs, in integer minor units. */
export function totalOf({ foodItems }: Details) {
  const amount = foodItems.reduce((sum, item) => sum + item.price * item.quantity, 0);
  return { amount, currency: CURRENCY };
}

/** The details as the order service has them: prices with two decimals. */
export function detailsOnWire({ foodItems, deliveryLocation }: Details) {
  return { foodItems: foodItems.map((item) => ({ ...item, price: item.price / 100 })), deliveryLocation };
}
