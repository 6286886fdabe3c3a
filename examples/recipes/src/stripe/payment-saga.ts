import { compensate, defineSaga, publicEvent } from '@countermand/saga-core';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { authorize, capture, openPayment, refund, voidAuthorization } from './payment-steps.ts';

const order = z.object({ orderId: z.string(), cents: z.int().positive(), paymentMethod: z.string() });
const nothing = z.object({});

type Order = z.infer<typeof order>;

const machine = setup({
  types: {
    context: {} as Order & { readonly paymentIntent: string },
    input: {} as Order,
    events: {} as
      | { type: 'SHIP' }
      | { type: 'CANCEL' }
      | { type: 'AUTHORIZATION_LOST'; paymentIntent: string },
  },
  actors: { openPayment, authorize, voidAuthorization, capture, refund, compensate },
  // Most cards give seven days; a capture that comes too late is declined.
  delays: { AUTHORIZATION_LIFE: 6 * 24 * 60 * 60_000 },
}).createMachine({
  context: ({ input }) => ({ ...input, paymentIntent: '' }),
  initial: 'opening',
  states: {
    opening: {
      invoke: {
        src: 'openPayment',
        input: ({ context: { orderId, cents } }) => ({ orderId, cents, currency: 'eur' }),
        onDone: {
          target: 'authorizing',
          actions: assign({ paymentIntent: ({ event }) => event.output.paymentIntent }),
        },
        onError: 'undoing',
      },
      on: { CANCEL: 'undoing', SHIP: {}, AUTHORIZATION_LOST: {} },
    },
    authorizing: {
      invoke: {
        src: 'authorize',
        input: ({ context: { paymentIntent, paymentMethod } }) => ({ paymentIntent, paymentMethod }),
        onDone: 'authorized',
        onError: 'undoing',
      },
      on: { CANCEL: 'undoing', SHIP: {}, AUTHORIZATION_LOST: {} },
    },
    authorized: {
      after: { AUTHORIZATION_LIFE: 'undoing' },
      on: { SHIP: 'capturing', CANCEL: 'undoing', AUTHORIZATION_LOST: 'undoing' },
    },
    capturing: {
      invoke: {
        src: 'capture',
        input: ({ context: { paymentIntent } }) => ({ paymentIntent }),
        onDone: 'paid',
        onError: 'undoing',
      },
      on: { CANCEL: {}, SHIP: {}, AUTHORIZATION_LOST: {} },
    },
    undoing: {
      invoke: { src: 'compensate', onDone: 'unpaid' },
      on: { CANCEL: {}, SHIP: {}, AUTHORIZATION_LOST: {} },
    },
    paid: {
      tags: 'rest',
      meta: { keeps: ['payment.captured'] },
      on: { CANCEL: 'undoing', SHIP: {}, AUTHORIZATION_LOST: {} },
    },
    unpaid: { tags: 'rest', on: { CANCEL: {}, SHIP: {}, AUTHORIZATION_LOST: {} } },
  },
});

/** Authorizes when the order comes, captures when it ships. */
export const payment = defineSaga({
  name: 'payment',
  version: 1,
  machine,
  input: order,
  events: {
    SHIP: publicEvent({ schema: nothing }),
    CANCEL: publicEvent({ schema: nothing }),
    AUTHORIZATION_LOST: publicEvent({ schema: z.object({ paymentIntent: z.string() }) }),
  },
});
