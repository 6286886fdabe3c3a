import { type LateAnswer, SagaError, type SagaRunner } from '@countermand/saga-core';
import type Stripe from 'stripe';

/**
 * Takes Stripe's webhooks, as a function from a web-standard request to a response. The event's id is the message's, so
 * that one which is sent again changes nothing.
 */
export function receiveStripeWebhook(
  stripe: Stripe,
  runner: Pick<SagaRunner, 'send' | 'answer'>,
  secret: string,
): (request: Request) => Promise<Response> {
  // #region webhook
  return async (request) => {
    let event: Stripe.Event;
    try {
      const signature = request.headers.get('stripe-signature') ?? '';
      event = stripe.webhooks.constructEvent(await request.text(), signature, secret);
    } catch {
      return new Response(null, { status: 401 });
    }
    try {
      await tell(runner, event);
    } catch (error) {
      // Of a saga that isn't here, or a step that was answered long ago: sending it again would not help.
      if (!(error instanceof SagaError) || !['SAGA_NOT_FOUND', 'ANSWER_UNKNOWN'].includes(error.code))
        throw error;
    }
    return new Response(null, { status: 202 });
  };
  // #endregion webhook
}

async function tell(runner: Pick<SagaRunner, 'send' | 'answer'>, event: Stripe.Event): Promise<void> {
  const answer = (intent: Stripe.PaymentIntent, said: LateAnswer) =>
    intent.metadata['step'] ? runner.answer(intent.metadata['step'], said) : undefined;
  // #region events
  switch (event.type) {
    case 'payment_intent.amount_capturable_updated':
      await answer(event.data.object, { output: {} });
      return;
    case 'payment_intent.payment_failed':
      await answer(event.data.object, { declined: 'AUTHENTICATION_FAILED' });
      return;
    case 'payment_intent.canceled': {
      const { id: paymentIntent, metadata } = event.data.object;
      if (!metadata['sagaId']) return;
      const lost = { type: 'AUTHORIZATION_LOST', paymentIntent };
      await runner.send(metadata['sagaId'], lost, {
        messageId: `stripe:${event.id}`,
        actor: 'webhook:stripe',
      });
    }
  }
  // #endregion events
}
