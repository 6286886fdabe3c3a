import { compensate, defineSaga, type StepFailure, stepFailure } from '@countermand/saga-core';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import {
  authorizePayment,
  cancelOrder,
  createOrder,
  getPaymentInfo,
  markCreated,
  money,
  orderDetails,
  startTimer,
  voidPayment,
} from './order-steps.ts';

const input = z.object({
  customerId: z.string(),
  details: orderDetails,
  total: money,
  acceptanceMs: z.int().positive(),
});

interface Context extends z.output<typeof input> {
  readonly orderId: string;
  readonly paymentMethodId: string;
  readonly paymentId: string;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

const failureOf = ({ code, message }: StepFailure) => ({ code, message });

const machine = setup({
  types: {
    context: {} as Context,
    input: {} as z.output<typeof input>,
    emitted: {} as { type: 'ORDER_PLACED'; orderId: string; paymentId: string; acceptanceMs: number },
  },
  actors: {
    createOrder,
    cancelOrder,
    getPaymentInfo,
    authorizePayment,
    voidPayment,
    markCreated,
    startTimer,
    compensate,
  },
}).createMachine({
  context: ({ input: given }) => ({
    ...given,
    orderId: '',
    paymentMethodId: '',
    paymentId: '',
    failure: null,
  }),
  initial: 'CREATING_ORDER',
  states: {
    CREATING_ORDER: {
      invoke: {
        src: 'createOrder',
        input: ({ context }) => ({ customerId: context.customerId, details: context.details }),
        onDone: {
          target: 'GETTING_PAYMENT_INFO',
          actions: assign({ orderId: ({ event }) => event.output.orderId }),
        },
        onError: {
          target: 'FAILED',
          actions: assign({ failure: ({ event }) => failureOf(stepFailure(event)) }),
        },
      },
    },
    GETTING_PAYMENT_INFO: {
      invoke: {
        src: 'getPaymentInfo',
        input: ({ context }) => ({ customerId: context.customerId }),
        onDone: {
          target: 'AUTHORIZING_PAYMENT',
          actions: assign({ paymentMethodId: ({ event }) => event.output.paymentMethodId }),
        },
        onError: {
          target: 'FAILED',
          actions: assign({ failure: ({ event }) => failureOf(stepFailure(event)) }),
        },
      },
    },
    AUTHORIZING_PAYMENT: {
      invoke: {
        src: 'authorizePayment',
        input: ({ context: { orderId, customerId, paymentMethodId, total } }) => ({
          ...{ orderId, customerId, paymentMethodId, total },
        }),
        onDone: {
          target: 'SETTING_CREATED',
          actions: assign({ paymentId: ({ event }) => event.output.paymentId }),
        },
        onError: {
          target: 'FAILED',
          actions: assign({ failure: ({ event }) => failureOf(stepFailure(event)) }),
        },
      },
    },
    SETTING_CREATED: {
      invoke: {
        src: 'markCreated',
        input: ({ context }) => ({ orderId: context.orderId }),
        onDone: 'STARTING_TIMER',
        onError: {
          target: 'FAILED',
          actions: assign({ failure: ({ event }) => failureOf(stepFailure(event)) }),
        },
      },
    },
    STARTING_TIMER: {
      invoke: {
        src: 'startTimer',
        input: ({ context }) => ({ orderId: context.orderId, durationMs: context.acceptanceMs }),
        onDone: 'COMPLETED',
        onError: {
          target: 'FAILED',
          actions: assign({ failure: ({ event }) => failureOf(stepFailure(event)) }),
        },
      },
    },
    COMPLETED: {
      tags: 'rest',
      // From here on they are the acceptance's, which begins with this event.
      meta: { keeps: ['order.open', 'payment.authorized'] },
      entry: emit(({ context: { orderId, paymentId, acceptanceMs } }) => ({
        ...{ type: 'ORDER_PLACED' as const, orderId, paymentId, acceptanceMs },
      })),
    },
    FAILED: {
      initial: 'undoing',
      states: {
        undoing: { invoke: { src: 'compensate', onDone: 'undone' } },
        undone: { tags: 'rest' },
      },
    },
  },
});

/** Creates an order, authorizes its payment and starts the time in which a runner may accept it. */
export const createOrderSaga = defineSaga({
  name: 'create-order',
  version: 1,
  machine,
  input,
  events: {},
});
