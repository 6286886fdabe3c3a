import { z } from 'zod';
import { moneySchema } from './money.ts';

const paymentData = z.strictObject({
  order_id: z.string(),
  payment_id: z.string(),
  amount: moneySchema,
});

const refundData = paymentData.extend({
  refund_id: z.string(),
  /** The idempotency key with which the refund was asked for. */
  key: z.string(),
});

/** What participants send to `/webhooks/payments`, `/webhooks/warehouse` and `/webhooks/carrier`. */
export const webhookSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('payment.succeeded'), data: paymentData }),
  z.strictObject({ type: z.literal('payment.failed'), data: paymentData }),
  z.strictObject({
    type: z.literal('payment.authorization_expired'),
    data: z.strictObject({ order_id: z.string(), payment_id: z.string() }),
  }),
  z.strictObject({ type: z.literal('refund.succeeded'), data: refundData }),
  z.strictObject({ type: z.literal('refund.failed'), data: refundData }),
  z.strictObject({
    type: z.literal('warehouse.packed'),
    data: z.strictObject({ order_id: z.string(), parcel_id: z.string() }),
  }),
  z.strictObject({
    type: z.literal('carrier.scanned'),
    data: z.strictObject({ order_id: z.string(), tracking: z.string() }),
  }),
]);

export type Webhook = z.infer<typeof webhookSchema>;
