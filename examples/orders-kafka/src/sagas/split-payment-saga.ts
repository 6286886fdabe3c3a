import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { assign, emit, enqueueActions, setup } from 'xstate';
import { z } from 'zod';
import { payment } from './order-saga.ts';
import { patient, stubborn } from './policies.ts';

const DAY_MS = 86_400_000;
const MAX_PAYMENTS = 8;
const one = z.object({ orderId: z.string(), payment: z.string() });

/** What begins it. */
const splitPaymentInput = z.object({
  orderId: z.string(),
  payments: z.array(payment).min(1).max(MAX_PAYMENTS),
});

const refund = step('refund', { ...stubborn, input: one, output: z.object({}) });
const pay = step('pay', {
  ...patient,
  input: one.extend(payment.shape),
  output: z.object({ paymentId: z.string() }),
  declines: ['PAYMENT_DECLINED'],
  opens: {
    kind: 'payment.processed',
    instance: (input) => input.payment,
    amount: ({ input }) => input.amount,
    undo: refund,
    undoInput: ({ input }) => ({ orderId: input.orderId, payment: input.payment }),
  },
});

/** The split payment saga's steps. */
export const splitPaymentSteps = { pay, refund };

type Event =
  | { type: 'GIVE_BACK' }
  | { type: 'xstate.done.actor.pay.payment'; output: { paymentId: string } }
  | { type: 'xstate.error.actor.pay.payment'; error: unknown };

const setupOf = setup({
  types: {
    context: {} as z.output<typeof splitPaymentInput> & { processed: number },
    input: {} as z.output<typeof splitPaymentInput>,
    events: {} as Event,
    emitted: {} as
      | { type: 'PAYMENTS_PROCESSED'; orderId: string }
      | { type: 'PAYMENTS_FAILED'; orderId: string }
      | { type: 'PAYMENTS_RETURNED'; orderId: string },
  },
  actors: { ...splitPaymentSteps, compensate },
  guards: { isLast: ({ context }) => context.processed + 1 >= context.payments.length },
  actions: {
    payAll: enqueueActions(({ context, enqueue }) => {
      for (const [index, { method, amount }] of context.payments.entries()) {
        const payment = `p${index + 1}`;
        enqueue.spawnChild('pay', {
          id: `pay.${payment}`,
          input: { orderId: context.orderId, payment, method, amount },
        });
      }
    }),
  },
});

const machine = setupOf.createMachine({
  context: ({ input }) => ({ ...input, processed: 0 }),
  initial: 'PAYING',
  states: {
    // All at once; one that can't be had brings all back.
    PAYING: {
      entry: 'payAll',
      on: {
        'xstate.done.actor.pay.*': [
          { guard: 'isLast', target: 'PROCESSED' },
          { actions: assign({ processed: ({ context }) => context.processed + 1 }) },
        ],
        'xstate.error.actor.pay.*': 'FAILED',
      },
    },
    PROCESSED: {
      tags: 'rest',
      meta: { keeps: ['payment.processed'] },
      entry: emit(({ context: { orderId } }) => ({ type: 'PAYMENTS_PROCESSED' as const, orderId })),
      on: { GIVE_BACK: 'RETURNED' },
    },
    FAILED: {
      initial: 'undoing',
      states: {
        undoing: { invoke: { src: 'compensate', onDone: 'undone' } },
        undone: {
          tags: 'rest',
          entry: emit(({ context: { orderId } }) => ({ type: 'PAYMENTS_FAILED' as const, orderId })),
          on: { GIVE_BACK: '#RETURNED.undone' },
        },
      },
    },
    RETURNED: {
      id: 'RETURNED',
      initial: 'undoing',
      on: { GIVE_BACK: {} },
      states: {
        undoing: { invoke: { src: 'compensate', onDone: 'undone' } },
        undone: {
          tags: 'rest',
          entry: emit(({ context: { orderId } }) => ({ type: 'PAYMENTS_RETURNED' as const, orderId })),
        },
      },
    },
  },
});

/** `SplitPaymentSagaHandler`: one order paid by several methods, all or none. */
export const splitPaymentSaga = defineSaga({
  name: 'split-payment',
  version: 1,
  machine,
  input: splitPaymentInput,
  events: { GIVE_BACK: publicEvent({ schema: z.object({}), defer: { ttlMs: DAY_MS } }) },
});
