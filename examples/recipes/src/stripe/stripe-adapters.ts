import {
  type AdaptersFor,
  cannotSay,
  type Declined,
  declined,
  landed,
  later,
  notLanded,
} from '@countermand/saga-core';
import Stripe from 'stripe';
import type { payment } from './payment-saga.ts';

/**
 * The steps of a payment at Stripe. Every call names the PaymentIntent that the first step has made: what has become of
 * it can always be looked up there, also when Stripe has forgotten the idempotency key, which it may after 24 hours.
 *
 * @param stripe - with `maxNetworkRetries: 0`, for the runner retries
 */
export function stripeAdapters(stripe: Stripe) {
  return {
    // #region open
    openPayment: async ({ input, idempotencyKey, sagaId, timeoutMs }) => {
      const { id } = await stripe.paymentIntents.create(
        {
          amount: input.cents,
          currency: input.currency,
          capture_method: 'manual',
          allowed_payment_method_types: ['card'],
          metadata: { sagaId, orderId: input.orderId },
        },
        { idempotencyKey, timeout: timeoutMs },
      );
      return { paymentIntent: id };
    },
    // #endregion open
    authorize: {
      // #region authorize
      run: async ({ input, idempotencyKey, attempt, timeoutMs }) => {
        const id = input.paymentIntent;
        // A key replays what was said first, also a 500; and the customer may have finished meanwhile.
        const before = attempt > 1 ? await stripe.paymentIntents.retrieve(id) : undefined;
        if (before?.status === 'requires_capture' || before?.status === 'succeeded') return {};
        try {
          // The webhook that comes after the customer's answer has to name the step.
          await stripe.paymentIntents.update(id, { metadata: { step: idempotencyKey } });
          const { status } = await stripe.paymentIntents.confirm(
            id,
            { payment_method: input.paymentMethod, return_url: 'https://shop.example/paid' },
            { idempotencyKey, timeout: timeoutMs },
          );
          if (status === 'requires_capture') return {};
          if (status === 'requires_action' || status === 'processing') return later();
          throw new Error(`the payment is ${status}`);
        } catch (error) {
          const status = isUnexpected(error) ? error.payment_intent?.status : undefined;
          // An intent is confirmed once, whatever the key.
          if (status === 'requires_capture' || status === 'succeeded') return {};
          if (status === 'requires_action') return later();
          if (status === 'canceled') return declined('PAYMENT_CANCELLED');
          return declineOf(error);
        }
      },
      // #endregion authorize
      // #region probe
      probe: async ({ input }) => {
        const { status } = await stripe.paymentIntents.retrieve(input.paymentIntent);
        if (status === 'requires_capture' || status === 'succeeded') return landed({});
        return status === 'requires_action' || status === 'processing' ? cannotSay() : notLanded();
      },
      // #endregion probe
    },
    // #region void
    voidAuthorization: async ({ input }) => {
      try {
        await stripe.paymentIntents.cancel(input.paymentIntent);
        return {};
      } catch (error) {
        if (!isUnexpected(error)) throw error;
        // Stripe cancels no intent that is cancelled already, nor one that was captured.
        const { status, latest_charge: charge } = await retrieveWithCharge(stripe, input.paymentIntent);
        if (status === 'canceled') return {};
        if (status === 'succeeded' && charge?.refunded) return {};
        throw new Error(`${input.paymentIntent} is ${status}: what was captured has to be refunded`);
      }
    },
    // #endregion void
    capture: {
      // #region capture
      run: async ({ input, idempotencyKey, timeoutMs }) => {
        try {
          await stripe.paymentIntents.capture(
            input.paymentIntent,
            {},
            { idempotencyKey, timeout: timeoutMs },
          );
          return {};
        } catch (error) {
          if (!isUnexpected(error)) throw error;
          const { status } = await stripe.paymentIntents.retrieve(input.paymentIntent);
          if (status === 'succeeded') return {};
          if (status === 'canceled') return declined('AUTHORIZATION_EXPIRED');
          throw error;
        }
      },
      // #endregion capture
      probe: async ({ input }) => {
        const { status } = await stripe.paymentIntents.retrieve(input.paymentIntent);
        return status === 'succeeded' ? landed({}) : notLanded();
      },
    },
    // #region refund
    refund: async ({ input, idempotencyKey, timeoutMs }) => {
      const { status, latest_charge: charge } = await retrieveWithCharge(stripe, input.paymentIntent);
      // Nothing was ever taken, or all of it has been given back: that is what was wanted.
      if (status !== 'succeeded' || charge?.refunded) return {};
      try {
        await stripe.refunds.create(
          { payment_intent: input.paymentIntent },
          { idempotencyKey, timeout: timeoutMs },
        );
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeError) || error.code !== 'charge_already_refunded')
          throw error;
      }
      return {};
    },
    // #endregion refund
  } satisfies AdaptersFor<typeof payment>;
}

// #region declines
/** A card's no is a value. Everything else is thrown, and the call is made again: 409, 429, 5xx, a broken connection. */
function declineOf(error: unknown): Declined {
  if (!(error instanceof Stripe.errors.StripeCardError)) throw error;
  if (error.code === 'authentication_required') return declined('AUTHENTICATION_FAILED');
  return declined(error.decline_code === 'insufficient_funds' ? 'INSUFFICIENT_FUNDS' : 'CARD_DECLINED');
}
// #endregion declines

/** The intent isn't in a state in which this can be done. */
function isUnexpected(error: unknown): error is Stripe.errors.StripeInvalidRequestError {
  return (
    error instanceof Stripe.errors.StripeInvalidRequestError &&
    error.code === 'payment_intent_unexpected_state'
  );
}

async function retrieveWithCharge(stripe: Stripe, id: string) {
  const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  const charge = intent.latest_charge;
  return { status: intent.status, latest_charge: typeof charge === 'string' ? null : charge };
}
