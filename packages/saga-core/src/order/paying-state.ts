import type { OrderContext } from './order-context.js';
import { cancelByCustomer, cancelByHand, DECLINED, failByHand, type OrderSetup } from './order-setup.js';

const SPAWNED = ['authorize', 'capture', 'verify', 'ask'];

/** PAYMENT_PENDING: every payment is authorized, then captured; all or none. */
export function payingState(order: OrderSetup) {
  const paymentInput = ({ orderId }: OrderContext, { id, amount }: OrderContext['payments'][number]) => ({
    orderId,
    payment: id,
    amount,
  });
  /** Asks the gateway about every payment that isn't captured as far as we know. */
  const askAs = (name: 'verify' | 'ask') =>
    order.enqueueActions(({ context, enqueue }) => {
      const open = context.payments.filter(({ status }) => status !== 'captured');
      for (const payment of open) {
        const input = paymentInput(context, payment);
        enqueue.spawnChild('lookupPayment', { id: `${name}.${payment.id}`, input });
      }
      if (name === 'ask') enqueue.assign({ asking: open.map(({ id }) => id) });
    });
  const verify = askAs('verify');

  return order.createStateConfig({
    after: { PAYMENT_TIMEOUT: '.askingGateway' },
    always: { guard: 'allCaptured', target: '#order.PAID' },
    on: {
      // News of a payment that we don't know, or of another amount, isn't believed: the gateway is asked.
      PAYMENT_SUCCEEDED: [{ guard: 'isOurs', actions: 'takeNews' }, { actions: verify }],
      PAYMENT_FAILED: [
        {
          guard: 'isOursAndOpen',
          target: '#order.FAILED',
          actions: ['takeNews', { type: 'fail', params: DECLINED }],
        },
        // A payment's status only moves forward: after a capture its decline is old news.
        { guard: 'isOurs' },
        { actions: verify },
      ],
      AUTHORIZATION_EXPIRED: {
        guard: 'isOursAndOpen',
        target: '#order.FAILED',
        actions: { type: 'fail', params: { code: 'PAYMENT_DECLINED', message: 'the authorization has expired' } },
      },
      'xstate.done.actor.verify.*': [
        {
          guard: { type: 'foundCaptured', params: ({ event }) => event },
          actions: {
            type: 'markCaptured',
            params: ({ event }) => ({ actorId: event.actorId, paymentId: event.output.paymentId }),
          },
        },
        {
          guard: ({ event }) => event.output.status === 'declined',
          target: '#order.FAILED',
          actions: [
            { type: 'markDeclined', params: ({ event }) => event.actorId },
            { type: 'fail', params: DECLINED },
          ],
        },
      ],
      PAY: {},
      CANCEL: cancelByCustomer,
      OVERRIDE: [failByHand, cancelByHand],
    },
    exit: order.enqueueActions(({ context, enqueue }) => {
      for (const { id } of context.payments) for (const step of SPAWNED) enqueue.stopChild(`${step}.${id}`);
    }),
    initial: 'authorizing',
    states: {
      authorizing: {
        entry: order.enqueueActions(({ context, enqueue }) => {
          for (const payment of context.payments) {
            const { id, method, token } = payment;
            const input = { ...paymentInput(context, payment), method, ...(token !== undefined && { token }) };
            enqueue.spawnChild('authorize', { id: `authorize.${id}`, input });
          }
        }),
        on: {
          'xstate.done.actor.authorize.*': {
            actions: {
              type: 'markAuthorized',
              params: ({ event }) => ({ actorId: event.actorId, paymentId: event.output.paymentId }),
            },
          },
          'xstate.error.actor.authorize.*': {
            target: '#order.FAILED',
            actions: [
              { type: 'markFailed', params: ({ event }) => event },
              {
                type: 'failBecause',
                params: ({ event: { error } }) => ({ error, unknown: 'SYSTEM_ERROR', declined: 'PAYMENT_DECLINED' }),
              },
            ],
          },
        },
        always: { guard: 'allAuthorized', target: 'capturing' },
      },
      capturing: {
        entry: order.enqueueActions(({ context, enqueue }) => {
          for (const payment of context.payments) {
            const input = paymentInput(context, payment);
            enqueue.spawnChild('capture', { id: `capture.${payment.id}`, input });
          }
        }),
        on: {
          'xstate.done.actor.capture.*': {
            actions: {
              type: 'markCaptured',
              params: ({ event }) => ({ actorId: event.actorId, paymentId: event.output.paymentId }),
            },
          },
          'xstate.error.actor.capture.*': {
            target: '#order.FAILED',
            actions: [
              { type: 'markFailed', params: ({ event }) => event },
              {
                type: 'failBecause',
                params: ({ event: { error } }) => ({ error, unknown: 'PAYMENT_TIMEOUT', declined: 'PAYMENT_DECLINED' }),
              },
            ],
          },
        },
      },
      /** The payment deadline is over: what was captured counts; otherwise the order fails. */
      askingGateway: {
        entry: askAs('ask'),
        on: {
          'xstate.done.actor.ask.*': [
            {
              guard: { type: 'foundCaptured', params: ({ event }) => event },
              actions: [
                {
                  type: 'markCaptured',
                  params: ({ event }) => ({ actorId: event.actorId, paymentId: event.output.paymentId }),
                },
                { type: 'markAsked', params: ({ event }) => event.actorId },
              ],
            },
            { actions: { type: 'markAsked', params: ({ event }) => event.actorId } },
          ],
          'xstate.error.actor.ask.*': { actions: { type: 'markAsked', params: ({ event }) => event.actorId } },
          'xstate.done.actor.capture.*': {
            actions: {
              type: 'markCaptured',
              params: ({ event }) => ({ actorId: event.actorId, paymentId: event.output.paymentId }),
            },
          },
        },
        always: [
          { guard: 'allCaptured', target: '#order.PAID' },
          {
            guard: 'allAsked',
            target: '#order.FAILED',
            actions: {
              type: 'fail',
              params: { code: 'PAYMENT_TIMEOUT', message: 'the payment did not arrive within its time' },
            },
          },
        ],
      },
    },
  });
}
