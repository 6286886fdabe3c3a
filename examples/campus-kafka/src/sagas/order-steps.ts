import { step } from '@countermand/saga-core';
import { z } from 'zod';

/** While Kafka is away a command is sent again and again; once it is there, its answer may take its time. */
const patient = {
  retry: { attempts: 1_000, initialDelayMs: 200, maxDelayMs: 2_000, jitter: 0.2 },
  timeoutMs: 10_000,
  deadlineMs: 3_600_000,
};
/** What undoes is not given up for a day. */
const stubborn = { ...patient, retry: { ...patient.retry, attempts: 100_000 }, deadlineMs: 86_400_000 };

const nothing = z.object({});

/** Integer minor units. */
export const money = z.object({ amount: z.int().nonnegative(), currency: z.string() });

/** What is ordered, and where it goes; prices are integer minor units here. */
export const orderDetails = z.object({
  foodItems: z
    .array(z.object({ name: z.string(), price: z.int().nonnegative(), quantity: z.int().min(1) }))
    .min(1),
  deliveryLocation: z.string(),
});

/** The order is unknown where nobody knows whether it was created: the order service has it by the saga's id. */
export const cancelOrder = step('cancelOrder', {
  ...stubborn,
  input: z.object({ orderId: z.string().nullable() }),
  output: nothing,
});

export const createOrder = step('createOrder', {
  ...patient,
  input: z.object({ customerId: z.string(), details: orderDetails }),
  output: z.object({ orderId: z.string() }),
  declines: ['ORDER_CREATION_FAILED'],
  probe: true,
  opens: {
    kind: 'order.open',
    instance: () => 'order',
    undo: cancelOrder,
    undoInput: ({ output }) => ({ orderId: output?.orderId ?? null }),
  },
});

export const getPaymentInfo = step('getPaymentInfo', {
  ...patient,
  input: z.object({ customerId: z.string() }),
  output: z.object({ paymentMethodId: z.string() }),
  declines: ['PAYMENT_INFO_FAILED'],
  probe: true,
});

/** The payment service has the payment by the saga's id, where nobody else knows it. */
export const voidPayment = step('voidPayment', {
  ...stubborn,
  input: z.object({ paymentId: z.string().nullable() }),
  output: nothing,
});

export const authorizePayment = step('authorizePayment', {
  ...patient,
  input: z.object({
    orderId: z.string(),
    customerId: z.string(),
    paymentMethodId: z.string(),
    total: money,
  }),
  output: z.object({ paymentId: z.string() }),
  declines: ['PAYMENT_FAILED'],
  probe: true,
  opens: {
    kind: 'payment.authorized',
    instance: () => 'payment',
    amount: ({ input }) => input.total,
    undo: voidPayment,
    undoInput: ({ output }) => ({ paymentId: output?.paymentId ?? null }),
  },
});

export const markCreated = step('markCreated', {
  ...patient,
  input: z.object({ orderId: z.string() }),
  output: nothing,
});

export const startTimer = step('startTimer', {
  ...patient,
  input: z.object({ orderId: z.string(), durationMs: z.int().positive() }),
  output: nothing,
  declines: ['TIMER_FAILED'],
  probe: true,
});
