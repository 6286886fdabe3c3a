import { z } from 'zod';
import { step } from '../step.js';
import { money, orderItem } from './order-context.js';
import type { OrderSettings } from './order-settings.js';

const order = z.object({ orderId: z.string() });
const payment = z.object({ orderId: z.string(), payment: z.string() });
const coupon = z.object({ orderId: z.string(), code: z.string() });
const couponOnTotal = coupon.extend({ total: money });
const paymentWithAmount = payment.extend({ amount: money });

/**
 * The step contracts of the order lifecycle: what each does to the world, and what undoes it.
 *
 * Inventory: `reserveStock` / `releaseStock` / `commitStock`. Promotions: `validateCoupon`, `applyCoupon` /
 * `cancelCoupon`. Payments: `authorize` / `void`, `capture` / `refund`,
 * and `lookupPayment`, which asks the gateway. Checks: `checkFraud`, `checkAddress`. Fulfilment:
 * `generateInvoice`, `notifyWarehouse`, `createShipment`, `generateLabel`. And `notifyUser`.
 */
export function createOrderSteps(settings: OrderSettings) {
  const policy = (name: string, defaults: OrderSettings['steps'][string] = {}) => {
    const own = settings.steps[name];
    return { ...defaults, ...own, retry: { ...defaults.retry, ...own?.retry } };
  };
  const undo = { retry: settings.undoRetry, deadlineMs: settings.undoDeadlineMs };

  const releaseStock = step('releaseStock', {
    ...policy('releaseStock', undo),
    input: order,
    output: z.object({ status: z.enum(['released', 'not_found']) }),
  });
  const reserveStock = step('reserveStock', {
    ...policy('reserveStock', { deadlineMs: 60_000 }),
    input: order.extend({ items: z.array(orderItem) }),
    output: z.object({ reservationId: z.string() }),
    declines: ['OUT_OF_STOCK', 'UNKNOWN_SKU', 'RELEASED'],
    opens: {
      kind: 'stock.reserved',
      instance: ({ orderId }) => orderId,
      undo: releaseStock,
      undoInput: ({ input }) => ({ orderId: input.orderId }),
    },
  });
  const commitStock = step('commitStock', {
    ...policy('commitStock', undo),
    input: order,
    output: z.object({ status: z.literal('committed') }),
    closes: { kind: 'stock.reserved', instance: ({ orderId }) => orderId },
    opens: { kind: 'stock.sold', instance: ({ orderId }) => orderId },
    pivot: true,
  });

  const validateCoupon = step('validateCoupon', {
    ...policy('validateCoupon', { deadlineMs: 60_000 }),
    input: couponOnTotal,
    output: z.object({}),
    declines: ['COUPON_INVALID'],
  });
  const cancelCoupon = step('cancelCoupon', {
    ...policy('cancelCoupon', undo),
    input: coupon,
    output: z.object({ status: z.enum(['cancelled', 'not_found']) }),
    closes: { kind: 'coupon.used', instance: ({ code }) => code },
  });
  const applyCoupon = step('applyCoupon', {
    ...policy('applyCoupon', { deadlineMs: 60_000 }),
    input: couponOnTotal,
    /** What it takes off the total, in minor units of the total's currency. */
    output: z.object({ discount: z.int().nonnegative() }),
    declines: ['COUPON_INVALID', 'ALREADY_APPLIED', 'CANCELLED'],
    opens: {
      kind: 'coupon.used',
      instance: ({ code }) => code,
      undo: cancelCoupon,
      undoInput: ({ input: { orderId, code } }) => ({ orderId, code }),
    },
  });

  const refund = step('refund', {
    // A gateway may take days to say how a refund ended; its adapter answers later then.
    ...policy('refund', { ...undo, deadlineMs: settings.refundPendingMs }),
    input: payment,
    output: z.object({
      status: z.enum(['refunded', 'not_captured', 'already_refunded']),
      refundId: z.string().optional(),
    }),
  });
  const voidPayment = step('void', {
    ...policy('void', undo),
    input: payment,
    output: z.object({ status: z.enum(['voided', 'not_found', 'already_captured', 'already_voided']) }),
    // The money was faster than the void: what it finds captured must be refunded.
    opens: {
      kind: 'payment.captured',
      instance: (input) => input.payment,
      when: ({ output }) => output.status === 'already_captured',
      undo: refund,
      undoInput: ({ input }) => input,
    },
  });
  const authorize = step('authorize', {
    ...policy('authorize', { deadlineMs: settings.paymentTimeoutMs }),
    input: paymentWithAmount.extend({ method: z.string(), token: z.string().optional() }),
    output: z.object({ paymentId: z.string() }),
    declines: ['CARD_DECLINED', 'INVALID_TOKEN', 'VOIDED'],
    probe: true,
    opens: {
      kind: 'payment.authorized',
      instance: (input) => input.payment,
      amount: ({ input }) => input.amount,
      undo: voidPayment,
      undoInput: ({ input }) => ({ orderId: input.orderId, payment: input.payment }),
    },
  });
  const capture = step('capture', {
    // The gateway honours the key, so a repeat can't double; it is repeated until the payment deadline.
    ...policy('capture', {
      retry: { attempts: 1_000, initialDelayMs: 500, maxDelayMs: 10_000 },
      deadlineMs: settings.paymentTimeoutMs,
    }),
    input: paymentWithAmount,
    output: z.object({ paymentId: z.string() }),
    declines: ['CARD_DECLINED', 'NOT_AUTHORIZED', 'VOIDED', 'REFUNDED', 'AUTHORIZATION_EXPIRED'],
    probe: true,
    closes: { kind: 'payment.authorized', instance: (input) => input.payment },
    opens: {
      kind: 'payment.captured',
      instance: (input) => input.payment,
      amount: ({ input }) => input.amount,
      // An authorization can be captured once, whatever the key.
      idempotentBy: 'instance',
      undo: refund,
      undoInput: ({ input }) => ({ orderId: input.orderId, payment: input.payment }),
    },
  });
  const lookupPayment = step('lookupPayment', {
    ...policy('lookupPayment', { timeoutMs: 3_000, deadlineMs: settings.gatewayAnswerMs }),
    input: paymentWithAmount,
    output: z.object({
      status: z.enum(['unknown', 'pending', 'authorized', 'captured', 'declined', 'voided', 'refunded']),
      paymentId: z.string().optional(),
      /** What was captured, where anything was. */
      captured: money.optional(),
    }),
    closes: {
      kind: 'payment.authorized',
      instance: (input) => input.payment,
      when: ({ output }) => output.status === 'captured',
    },
    opens: {
      kind: 'payment.captured',
      instance: (input) => input.payment,
      when: ({ output }) => output.status === 'captured',
      amount: ({ output }) => output?.captured,
      // It only finds out.
      idempotentBy: 'instance',
      undo: refund,
      undoInput: ({ input }) => ({ orderId: input.orderId, payment: input.payment }),
    },
  });

  const checkFraud = step('checkFraud', {
    ...policy('checkFraud'),
    input: order.extend({ total: money }),
    output: z.object({}),
    declines: ['FRAUD_CHECK_FAILED'],
  });
  const checkAddress = step('checkAddress', {
    ...policy('checkAddress'),
    input: order,
    output: z.object({}),
    declines: ['ADDRESS_INVALID'],
  });
  const generateInvoice = step('generateInvoice', {
    ...policy('generateInvoice', undo),
    input: order.extend({ total: money }),
    output: z.object({ invoiceId: z.string(), number: z.string() }),
  });
  const notifyWarehouse = step('notifyWarehouse', {
    ...policy('notifyWarehouse', undo),
    input: order.extend({ items: z.array(orderItem) }),
    output: z.object({}),
  });
  const createShipment = step('createShipment', {
    ...policy('createShipment', undo),
    input: order,
    output: z.object({ shipmentId: z.string() }),
  });
  const generateLabel = step('generateLabel', {
    ...policy('generateLabel', undo),
    input: order.extend({ shipmentId: z.string() }),
    output: z.object({ labelId: z.string(), tracking: z.string() }),
  });
  const notifyUser = step('notifyUser', {
    ...policy('notifyUser', undo),
    input: order.extend({ kind: z.enum(['out_of_stock', 'payment_failed', 'on_its_way']) }),
    output: z.object({}),
  });

  return {
    reserveStock,
    releaseStock,
    commitStock,
    validateCoupon,
    applyCoupon,
    cancelCoupon,
    authorize,
    void: voidPayment,
    capture,
    refund,
    lookupPayment,
    checkFraud,
    checkAddress,
    generateInvoice,
    notifyWarehouse,
    createShipment,
    generateLabel,
    notifyUser,
  };
}

/** The steps of the order lifecycle by name. */
export type OrderSteps = ReturnType<typeof createOrderSteps>;
