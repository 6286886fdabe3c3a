import { step } from '@countermand/saga-core';
import { z } from 'zod';

const intent = z.object({ paymentIntent: z.string() });
const nothing = z.object({});

/** Names the payment. No money moves; an intent that nobody confirms is worth nothing, so there is nothing to undo. */
export const openPayment = step('openPayment', {
  input: z.object({ orderId: z.string(), cents: z.int().positive(), currency: z.string() }),
  output: intent,
});

export const voidAuthorization = step('voidAuthorization', { input: intent, output: nothing });

// #region authorize
export const authorize = step('authorize', {
  input: z.object({ paymentIntent: z.string(), paymentMethod: z.string() }),
  output: nothing,
  declines: ['CARD_DECLINED', 'INSUFFICIENT_FUNDS', 'AUTHENTICATION_FAILED', 'PAYMENT_CANCELLED'],
  deadlineMs: 60 * 60_000, // the customer may be at the bank's page meanwhile
  probe: true,
  opens: {
    kind: 'payment.authorized',
    instance: ({ paymentIntent }) => paymentIntent,
    idempotentBy: 'instance', // an intent is confirmed once
    undo: voidAuthorization,
    undoInput: ({ input: { paymentIntent } }) => ({ paymentIntent }),
  },
});
// #endregion authorize

export const refund = step('refund', { input: intent, output: nothing });

// #region capture
export const capture = step('capture', {
  input: intent,
  output: nothing,
  declines: ['AUTHORIZATION_EXPIRED'],
  probe: true,
  closes: [{ kind: 'payment.authorized', instance: ({ paymentIntent }) => paymentIntent }],
  opens: {
    kind: 'payment.captured',
    instance: ({ paymentIntent }) => paymentIntent,
    idempotentBy: 'instance', // and captured once
    undo: refund,
    undoInput: ({ input }) => input,
  },
});
// #endregion capture
