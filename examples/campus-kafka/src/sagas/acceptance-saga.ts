import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { cancelOrder, voidPayment } from './order-steps.ts';

const DAY_MS = 86_400_000;
const input = z.object({ orderId: z.string(), paymentId: z.string(), waitMs: z.int().positive() });

/** The order that the saga before has created is this one's from here on. */
const takeOverOrder = step('takeOverOrder', {
  input: z.object({ orderId: z.string() }),
  output: z.object({}),
  opens: {
    kind: 'order.open',
    instance: ({ orderId }) => orderId,
    undo: cancelOrder,
    undoInput: ({ input: { orderId } }) => ({ orderId }),
  },
});

/** So is its payment. */
const takeOverPayment = step('takeOverPayment', {
  input: z.object({ paymentId: z.string() }),
  output: z.object({}),
  opens: {
    kind: 'payment.authorized',
    instance: ({ paymentId }) => paymentId,
    undo: voidPayment,
    undoInput: ({ input: { paymentId } }) => ({ paymentId }),
  },
});

const machine = setup({
  types: {
    context: {} as z.output<typeof input> & { runnerId: string | null },
    input: {} as z.output<typeof input>,
    events: {} as { type: 'ACCEPTED'; runnerId: string } | { type: 'EXPIRED' },
  },
  actors: { takeOverOrder, takeOverPayment, cancelOrder, voidPayment, compensate },
  delays: {
    // The scheduler says when the time is over. Should it never say so, this does.
    NO_WORD_FROM_THE_SCHEDULER: ({ context }) => context.waitMs,
  },
}).createMachine({
  context: ({ input: given }) => ({ ...given, runnerId: null }),
  initial: 'TAKING_OVER',
  states: {
    TAKING_OVER: {
      initial: 'order',
      states: {
        order: {
          invoke: {
            src: 'takeOverOrder',
            input: ({ context }) => ({ orderId: context.orderId }),
            onDone: 'payment',
            onError: '#EXPIRED',
          },
        },
        payment: {
          invoke: {
            src: 'takeOverPayment',
            input: ({ context }) => ({ paymentId: context.paymentId }),
            onDone: '#WAITING',
            onError: '#EXPIRED',
          },
        },
      },
    },
    WAITING: {
      id: 'WAITING',
      on: {
        ACCEPTED: { target: 'ACCEPTED', actions: assign({ runnerId: ({ event }) => event.runnerId }) },
        EXPIRED: 'EXPIRED',
      },
      after: { NO_WORD_FROM_THE_SCHEDULER: 'EXPIRED' },
    },
    ACCEPTED: {
      tags: 'rest',
      meta: { keeps: ['order.open', 'payment.authorized'] },
      on: { ACCEPTED: {}, EXPIRED: {} },
    },
    EXPIRED: {
      id: 'EXPIRED',
      initial: 'undoing',
      on: { ACCEPTED: {}, EXPIRED: {} },
      states: {
        undoing: { invoke: { src: 'compensate', onDone: 'undone' } },
        undone: { tags: 'rest' },
      },
    },
  },
});

/** Waits for a runner to accept an order. Nobody does: the payment is voided and the order cancelled. */
export const acceptanceSaga = defineSaga({
  name: 'acceptance',
  version: 1,
  machine,
  input,
  events: {
    // Either may be faster than the saga's start.
    ACCEPTED: publicEvent({ schema: z.object({ runnerId: z.string() }), defer: { ttlMs: DAY_MS } }),
    EXPIRED: publicEvent({ schema: z.object({}), defer: { ttlMs: DAY_MS } }),
  },
});

/** The id of the acceptance that follows a saga; services only know that saga. */
export function acceptanceIdOf(sagaId: string): string {
  return `${sagaId}.acceptance`;
}
