import { compensate, defineSaga, type StepFailure, step, stepFailure } from '@countermand/saga-core';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import { patient, stubborn } from './policies.ts';

const nothing = z.object({});
const order = z.object({ orderId: z.string() });
/** Integer minor units. */
export const money = z.object({ amount: z.int().nonnegative(), currency: z.string() });
export const item = z.object({ sku: z.string(), quantity: z.int().min(1) });
export const payment = z.object({ method: z.string(), amount: money });

/** What begins an order. */
export const orderInput = z.object({
  orderId: z.string(),
  customerId: z.string(),
  items: z.array(item).min(1),
  total: money,
  payments: z.array(payment).min(1).max(8),
  coupons: z.array(z.string()).max(8),
});

const releaseProducts = step('releaseProducts', { ...stubborn, input: order, output: nothing });
const reserveProducts = step('reserveProducts', {
  ...patient,
  input: order.extend({ items: z.array(item) }),
  output: nothing,
  declines: ['OUT_OF_STOCK'],
  opens: {
    kind: 'products.reserved',
    instance: ({ orderId }) => orderId,
    undo: releaseProducts,
    undoInput: ({ input: { orderId } }) => ({ orderId }),
  },
});
const confirmProducts = step('confirmProducts', {
  ...patient,
  input: order,
  output: nothing,
  closes: { kind: 'products.reserved', instance: ({ orderId }) => orderId },
  opens: {
    kind: 'products.confirmed',
    instance: ({ orderId }) => orderId,
    undo: releaseProducts,
    undoInput: ({ input }) => input,
  },
});

/** Carried out by the discount saga. */
const giveDiscountBack = step('giveDiscountBack', { ...stubborn, input: order, output: nothing });
const takeDiscount = step('takeDiscount', {
  ...patient,
  input: order.extend({ coupons: z.array(z.string()), total: money }),
  /** What the coupons take off, in minor units. */
  output: z.object({ discount: z.int().nonnegative() }),
  declines: ['COUPON_INVALID'],
  opens: {
    kind: 'discount.taken',
    instance: ({ orderId }) => orderId,
    undo: giveDiscountBack,
    undoInput: ({ input: { orderId } }) => ({ orderId }),
  },
});

/** Carried out by the split payment saga. */
const giveMoneyBack = step('giveMoneyBack', { ...stubborn, input: order, output: nothing });
const takeMoney = step('takeMoney', {
  ...patient,
  input: order.extend({ payments: z.array(payment) }),
  output: nothing,
  declines: ['PAYMENT_DECLINED'],
  opens: {
    kind: 'money.taken',
    instance: ({ orderId }) => orderId,
    undo: giveMoneyBack,
    undoInput: ({ input: { orderId } }) => ({ orderId }),
  },
});

const approveOrder = step('approveOrder', {
  ...patient,
  input: order,
  output: nothing,
  declines: ['APPROVAL_FAILED'],
});

/** The orchestrator's steps. */
export const orderSteps = {
  reserveProducts,
  releaseProducts,
  confirmProducts,
  takeDiscount,
  giveDiscountBack,
  takeMoney,
  giveMoneyBack,
  approveOrder,
};

interface Context extends z.output<typeof orderInput> {
  readonly discount: number;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** What an order failed of, in the words of those who listen to `order-cancelled-events`. */
type Code = 'INVENTORY_ERROR' | 'COUPON_INVALID' | 'PAYMENT_FAILED' | 'APPROVAL_FAILED';

const setupOf = setup({
  types: {
    context: {} as Context,
    input: {} as z.output<typeof orderInput>,
    emitted: {} as
      | { type: 'PRODUCTS_RESERVED'; orderId: string }
      | { type: 'ORDER_APPROVED'; orderId: string; total: number; discount: number }
      | { type: 'ORDER_CANCELLED'; orderId: string; code: string; message: string },
  },
  actors: { ...orderSteps, compensate },
  actions: {
    failAs: assign({
      failure: (_, { code, error }: { code: Code; error: StepFailure }) => ({ code, message: error.message }),
    }),
  },
  guards: { hasCoupons: ({ context }) => context.coupons.length > 0 },
});

const tellReserved = setupOf.emit(({ context: { orderId } }) => ({ type: 'PRODUCTS_RESERVED', orderId }));

const failed = (code: Code) =>
  ({
    target: '#FAILED',
    actions: {
      type: 'failAs',
      params: ({ event }: { event: { error: unknown } }) => ({ code, error: stepFailure(event) }),
    },
  }) as const;

const machine = setupOf.createMachine({
  context: ({ input }) => ({ ...input, discount: 0, failure: null }),
  initial: 'RESERVING',
  states: {
    RESERVING: {
      invoke: {
        src: 'reserveProducts',
        input: ({ context: { orderId, items } }) => ({ orderId, items }),
        onDone: [
          { guard: 'hasCoupons', target: 'DISCOUNTING', actions: tellReserved },
          { target: 'PAYING', actions: tellReserved },
        ],
        onError: failed('INVENTORY_ERROR'),
      },
    },
    DISCOUNTING: {
      invoke: {
        src: 'takeDiscount',
        input: ({ context: { orderId, coupons, total } }) => ({ orderId, coupons, total }),
        onDone: { target: 'PAYING', actions: assign({ discount: ({ event }) => event.output.discount }) },
        onError: failed('COUPON_INVALID'),
      },
    },
    PAYING: {
      invoke: {
        src: 'takeMoney',
        input: ({ context }) => ({
          orderId: context.orderId,
          payments: takeOff(context.payments, context.discount),
        }),
        onDone: 'CONFIRMING',
        onError: failed('PAYMENT_FAILED'),
      },
    },
    CONFIRMING: {
      invoke: {
        src: 'confirmProducts',
        input: ({ context: { orderId } }) => ({ orderId }),
        onDone: 'APPROVING',
        onError: failed('INVENTORY_ERROR'),
      },
    },
    APPROVING: {
      invoke: {
        src: 'approveOrder',
        input: ({ context: { orderId } }) => ({ orderId }),
        onDone: 'APPROVED',
        onError: failed('APPROVAL_FAILED'),
      },
    },
    APPROVED: {
      tags: 'rest',
      meta: { keeps: ['products.confirmed', 'discount.taken', 'money.taken'] },
      entry: emit(({ context: { orderId, total, discount } }) => ({
        ...{ type: 'ORDER_APPROVED' as const, orderId, total: total.amount - discount, discount },
      })),
    },
    FAILED: {
      id: 'FAILED',
      initial: 'undoing',
      entry: emit(({ context: { orderId, failure } }) => ({
        ...{
          type: 'ORDER_CANCELLED' as const,
          orderId,
          code: failure?.code ?? '',
          message: failure?.message ?? '',
        },
      })),
      states: {
        undoing: { invoke: { src: 'compensate', onDone: 'undone' } },
        undone: { tags: 'rest' },
      },
    },
  },
});

/** Payments after a discount: from the last on, as far as it goes. */
export function takeOff(payments: Context['payments'], discount: number): Context['payments'] {
  let left = discount;
  return payments
    .toReversed()
    .map((one) => {
      const off = Math.min(left, one.amount.amount);
      left -= off;
      return { ...one, amount: { ...one.amount, amount: one.amount.amount - off } };
    })
    .toReversed();
}

/** `OrderSagaOrchestrator`: reserves, discounts, takes the money, confirms, approves; or undoes all of it. */
export const orderSaga = defineSaga({
  name: 'order',
  version: 1,
  machine,
  input: orderInput,
  events: {},
  attributes: ({ customerId }) => ({ customerId }),
});
