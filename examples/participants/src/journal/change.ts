import { z } from 'zod';
import { notificationKind } from '../contract/command-bodies.ts';
import { webhookSchema } from '../contract/webhook.ts';

const order_id = z.string();
const payment = { order_id, payment: z.string(), payment_id: z.string() };
const amount = z.int();

/** Work for later, carried out once its time has come, also after a restart. */
const taskSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('late_capture'), ...payment, amount }),
  z.object({
    kind: z.literal('end_refund'),
    ...payment,
    amount,
    refund_id: z.string(),
    key: z.string(),
    as: z.enum(['refunded', 'failed']),
  }),
  z.object({ kind: z.literal('pack'), order_id }),
  z.object({ kind: z.literal('scan'), order_id, tracking: z.string() }),
]);
export type Task = z.infer<typeof taskSchema>;

/**
 * What happened, as the journal keeps it. Amounts are minor units of EUR. Stock moves are written
 * like double-entry bookkeeping, one signed number for each side, so that a side that was changed
 * afterwards no longer balances. Every change carries what it needs to be understood without the
 * lines before it.
 */
export const changeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('stock.supplied'),
    sku: z.string(),
    initial: z.int(),
    available: z.int(),
  }),
  z.object({
    kind: z.literal('stock.moved'),
    order_id,
    sku: z.string(),
    available: z.int(),
    reserved: z.int(),
    sold: z.int(),
  }),
  z.object({ kind: z.literal('reservation.made'), order_id, reservation_id: z.string() }),
  z.object({ kind: z.literal('reservation.ended'), order_id, as: z.enum(['released', 'sold']) }),
  z.object({ kind: z.literal('reservation.barred'), order_id }),

  z.object({
    kind: z.literal('payment.authorized'),
    ...payment,
    method: z.string(),
    token: z.string(),
    amount,
  }),
  z.object({
    kind: z.literal('payment.declined'),
    ...payment,
    method: z.string(),
    token: z.string(),
    amount,
  }),
  z.object({ kind: z.literal('payment.capture_promised'), ...payment, amount }),
  z.object({ kind: z.literal('payment.captured'), ...payment, amount }),
  z.object({ kind: z.literal('payment.voided'), ...payment }),
  z.object({ kind: z.literal('payment.expired'), ...payment }),
  z.object({ kind: z.literal('payment.refund_begun'), ...payment, refund_id: z.string() }),
  z.object({ kind: z.literal('payment.refund_failed'), ...payment, refund_id: z.string() }),
  z.object({ kind: z.literal('payment.refunded'), ...payment, amount, refund_id: z.string() }),
  z.object({
    kind: z.literal('payment.barred'),
    order_id,
    payment: z.string(),
    from: z.enum(['authorize', 'capture']),
  }),

  z.object({ kind: z.literal('coupon.applied'), order_id, code: z.string(), discount: amount }),
  z.object({ kind: z.literal('coupon.cancelled'), order_id, code: z.string() }),
  z.object({ kind: z.literal('coupon.barred'), order_id, code: z.string() }),

  z.object({ kind: z.literal('fulfilment.opened'), order_id, fulfilment_id: z.string() }),
  z.object({
    kind: z.literal('invoice.issued'),
    order_id,
    invoice_id: z.string(),
    number: z.string(),
    amount,
  }),
  z.object({ kind: z.literal('shipment.created'), order_id, shipment_id: z.string() }),
  z.object({
    kind: z.literal('label.printed'),
    order_id,
    shipment_id: z.string(),
    label_id: z.string(),
    tracking: z.string(),
  }),
  z.object({ kind: z.literal('pick_list.received'), order_id, pick_list_id: z.string() }),
  z.object({ kind: z.literal('parcel.packed'), order_id, parcel_id: z.string() }),
  z.object({ kind: z.literal('parcel.scanned'), order_id, tracking: z.string() }),
  z.object({ kind: z.literal('user.notified'), order_id, what: notificationKind }),

  z.object({ kind: z.literal('task.planned'), task_id: z.string(), due_at: z.int(), task: taskSchema }),
  z.object({ kind: z.literal('task.done'), task_id: z.string() }),
  z.object({
    kind: z.literal('webhook.queued'),
    webhook_id: z.string(),
    to: z.enum(['payments', 'warehouse', 'carrier']),
    not_before: z.int(),
    webhook: webhookSchema,
  }),
  z.object({ kind: z.literal('webhook.delivered'), webhook_id: z.string(), attempts: z.int() }),
]);
export type Change = z.infer<typeof changeSchema>;
