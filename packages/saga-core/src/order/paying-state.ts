import { type OrderContext, paymentIdOfActor } from './order-context.js';
import {
  cancelByCustomer,
  cancelByHand,
  DECLINED,
  failBecause,
  failByHand,
  type OrderSetup,
} from './order-setup.js';

const SPAWNED = ['authorize', 'capture', 'verify', 'ask'];

/** PAYMENT_PENDING: every payment is authorized, then captured; all or none. */
export function payingState(order: OrderSetup) {
  const paymentInput = ({ orderId }: OrderContext, { id, amount }: OrderContext['payments'][number]) => ({
    orderId,
    payment: id,
    amount,
  });
  const isOpen = ({ status }: OrderContext['payments'][number]) => status !== 'captured';
  /** News that isn't believed: the gateway is asked, one question about a payment at a time. */
  const verify = order.enqueueActions(({ context, enqueue }) => {
    const verifying = { ...context.verifying };
    for (const payment of context.payments.filter(isOpen)) {
      const before = verifying[payment.id];
      verifying[payment.id] = before ? 'again' : 'once';
      if (before) continue;
      enqueue.spawnChild('lookupPayment', {
        id: `verify.${payment.id}`,
        input: paymentInput(context, payment),
      });
    }
    enqueue.assign({ verifying });
  });
  /** The gateway has said nothing of use; what came in the meantime makes it worth asking once more. */
  const verified = order.enqueueActions(({ context, event, enqueue }) => {
    const actorId = 'actorId' in event ? event.actorId : '';
    const { [paymentIdOfActor(actorId)]: asked, ...verifying } = context.verifying;
    const payment = context.payments.find(({ id }) => id === paymentIdOfActor(actorId));
    if (asked !== 'again' || !payment) return enqueue.assign({ verifying });
    enqueue.assign({ verifying: { ...verifying, [payment.id]: 'once' } });
    enqueue.spawnChild('lookupPayment', { id: actorId, input: paymentInput(context, payment) });
  });
  /** The payment deadline is over: the gateway is asked about everything that isn't captured. */
  const askAll = order.enqueueActions(({ context, enqueue }) => {
    const open = context.payments.filter(isOpen);
    for (const payment of open) {
      enqueue.spawnChild('lookupPayment', { id: `ask.${payment.id}`, input: paymentInput(context, payment) });
    }
    enqueue.assign({ asking: open.map(({ id }) => id) });
  });

  /** One of them can't be had: all or none. */
  const paymentFails = {
    target: '#order.FAILED',
    actions: [
      {
        type: 'markFailed',
        params: ({ event }: { event: { actorId: string; error: unknown } }) => event,
      },
      failBecause({ unknown: 'PAYMENT_TIMEOUT', declined: 'PAYMENT_DECLINED' }),
    ],
  } as const;

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
      AUTHORIZATION_EXPIRED: [
        {
          guard: 'isOursAndOpen',
          target: '#order.FAILED',
          actions: {
            type: 'fail',
            params: { code: 'PAYMENT_DECLINED', message: 'the authorization has expired' },
          },
        },
        {},
      ],
      'xstate.done.actor.authorize.*': {
        actions: [{ type: 'markAuthorized', params: ({ event }) => event }],
      },
      'xstate.done.actor.capture.*': { actions: [{ type: 'markCaptured', params: ({ event }) => event }] },
      'xstate.done.actor.verify.*': [
        {
          guard: { type: 'foundCaptured', params: ({ event }) => event },
          actions: { type: 'markCaptured', params: ({ event }) => event },
        },
        {
          guard: ({ event }) => event.output.status === 'declined',
          target: '#order.FAILED',
          actions: [
            { type: 'markDeclined', params: ({ event }) => event.actorId },
            { type: 'fail', params: DECLINED },
          ],
        },
        { actions: verified },
      ],
      'xstate.error.actor.verify.*': { actions: verified },
      PAY: {},
      CANCEL: cancelByCustomer,
      OVERRIDE: [failByHand, cancelByHand],
    },
    exit: order.enqueueActions(({ context, enqueue }) => {
      for (const { id } of context.payments) for (const step of SPAWNED) enqueue.stopChild(`${step}.${id}`);
    }),
    entry: 'markFree',
    initial: 'authorizing',
    states: {
      authorizing: {
        entry: order.enqueueActions(({ context, enqueue }) => {
          for (const payment of context.payments.filter(isOpen)) {
            const { id, method, token } = payment;
            const input = {
              ...paymentInput(context, payment),
              method,
              ...(token !== undefined && { token }),
            };
            enqueue.spawnChild('authorize', { id: `authorize.${id}`, input });
          }
        }),
        on: { 'xstate.error.actor.authorize.*': paymentFails },
        always: { guard: 'allAuthorized', target: 'capturing' },
      },
      capturing: {
        entry: order.enqueueActions(({ context, enqueue }) => {
          for (const payment of context.payments.filter(isOpen)) {
            const input = paymentInput(context, payment);
            enqueue.spawnChild('capture', { id: `capture.${payment.id}`, input });
          }
        }),
        on: { 'xstate.error.actor.capture.*': paymentFails },
      },
      /** The payment deadline is over: what was captured counts; otherwise the order fails. */
      askingGateway: {
        entry: askAll,
        on: {
          'xstate.done.actor.ask.*': [
            {
              guard: { type: 'foundCaptured', params: ({ event }) => event },
              actions: [
                { type: 'markCaptured', params: ({ event }) => event },
                { type: 'markAsked', params: ({ event }) => event.actorId },
              ],
            },
            { actions: { type: 'markAsked', params: ({ event }) => event.actorId } },
          ],
          'xstate.error.actor.ask.*': {
            actions: { type: 'markAsked', params: ({ event }) => event.actorId },
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
