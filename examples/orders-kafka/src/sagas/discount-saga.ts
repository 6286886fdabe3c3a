import { compensate, defineSaga, publicEvent, step, stepFailure } from '@countermand/saga-core';
import { assign, emit, log, setup } from 'xstate';
import { z } from 'zod';
import { money } from './order-saga.ts';
import { patient, stubborn } from './policies.ts';

const DAY_MS = 86_400_000;
const coupon = z.object({ orderId: z.string(), code: z.string() });

/** What begins it. `invalid` says what becomes of an order whose coupon is not valid. */
const discountInput = z.object({
  orderId: z.string(),
  coupons: z.array(z.string()).min(1),
  total: money,
  invalid: z.enum(['continue', 'fail']),
});

const cancelCoupon = step('cancelCoupon', { ...stubborn, input: coupon, output: z.object({}) });
const applyCoupon = step('applyCoupon', {
  ...patient,
  input: coupon.extend({ total: money }),
  output: z.object({ discount: z.int().nonnegative() }),
  declines: ['COUPON_INVALID'],
  opens: {
    kind: 'coupon.used',
    instance: ({ code }) => code,
    undo: cancelCoupon,
    undoInput: ({ input: { orderId, code } }) => ({ orderId, code }),
  },
});

/** The discount saga's steps. */
export const discountSteps = { applyCoupon, cancelCoupon };

const machine = setup({
  types: {
    context: {} as z.output<typeof discountInput> & { next: number; discount: number },
    input: {} as z.output<typeof discountInput>,
    events: {} as { type: 'GIVE_BACK' },
    emitted: {} as
      | { type: 'DISCOUNT_TAKEN'; orderId: string; discount: number }
      | { type: 'DISCOUNT_REFUSED'; orderId: string }
      | { type: 'DISCOUNT_GIVEN_BACK'; orderId: string },
  },
  actors: { ...discountSteps, compensate },
  guards: {
    mayContinue: ({ context }, error: unknown) =>
      context.invalid === 'continue' && stepFailure({ error }).kind === 'declined',
  },
  actions: {
    skip: assign({ next: ({ context }) => context.next + 1 }),
    warn: log(
      ({ context }) =>
        `coupon ${context.coupons[context.next]} is not valid: the order goes on at full price`,
      'warning',
    ),
  },
}).createMachine({
  context: ({ input }) => ({ ...input, next: 0, discount: 0 }),
  initial: 'LOOKING',
  states: {
    LOOKING: {
      always: [
        { guard: ({ context }) => context.next >= context.coupons.length, target: 'TAKEN' },
        { target: 'APPLYING' },
      ],
    },
    APPLYING: {
      invoke: {
        src: 'applyCoupon',
        input: ({ context: { orderId, coupons, next, total, discount } }) => ({
          ...{ orderId, code: coupons[next] ?? '' },
          total: { ...total, amount: total.amount - discount },
        }),
        onDone: {
          target: 'LOOKING',
          actions: assign({
            next: ({ context }) => context.next + 1,
            discount: ({ context, event }) =>
              Math.min(context.total.amount, context.discount + event.output.discount),
          }),
        },
        onError: [
          {
            guard: { type: 'mayContinue', params: ({ event }: { event: { error: unknown } }) => event.error },
            target: 'LOOKING',
            actions: ['warn', 'skip'],
          },
          { target: 'REFUSED' },
        ],
      },
    },
    TAKEN: {
      tags: 'rest',
      meta: { keeps: ['coupon.used'] },
      entry: emit(({ context: { orderId, discount } }) => ({
        ...{ type: 'DISCOUNT_TAKEN' as const, orderId, discount },
      })),
      on: { GIVE_BACK: 'GIVEN_BACK' },
    },
    REFUSED: {
      initial: 'undoing',
      states: {
        undoing: { invoke: { src: 'compensate', onDone: 'undone' } },
        undone: {
          tags: 'rest',
          entry: emit(({ context: { orderId } }) => ({ type: 'DISCOUNT_REFUSED' as const, orderId })),
          on: { GIVE_BACK: '#GIVEN_BACK.undone' },
        },
      },
    },
    GIVEN_BACK: {
      id: 'GIVEN_BACK',
      initial: 'undoing',
      on: { GIVE_BACK: {} },
      states: {
        undoing: { invoke: { src: 'compensate', onDone: 'undone' } },
        undone: {
          tags: 'rest',
          entry: emit(({ context: { orderId } }) => ({ type: 'DISCOUNT_GIVEN_BACK' as const, orderId })),
        },
      },
    },
  },
});

/** `DiscountSagaHandler`: uses coupons one after the other, and gives all of them back when it is told to. */
export const discountSaga = defineSaga({
  name: 'discount',
  version: 1,
  machine,
  input: discountInput,
  events: { GIVE_BACK: publicEvent({ schema: z.object({}), defer: { ttlMs: DAY_MS } }) },
});
