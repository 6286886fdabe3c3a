import { step } from '@countermand/saga-core';
import { z } from 'zod';
import { orderLine } from '../checkout.ts';

const reservation = z.object({ checkoutId: z.string() });
const cartLine = z.object({ variantId: z.string(), quantity: z.int() });
const variant = orderLine.omit({ quantity: true });

/** How often each step is tried before nobody knows what became of it, and how soon it is tried again. */
export interface StepSettings {
  readonly attempts: number;
  readonly retryDelayMs: number;
}

/** The steps of a checkout. */
export function createCheckoutSteps({ attempts, retryDelayMs }: StepSettings) {
  const retry = { attempts, initialDelayMs: retryDelayMs, maxDelayMs: retryDelayMs * 20 };
  const timeoutMs = 5_000;
  // What was taken is given back however long that takes: an undo gives up last of all.
  const undo = { retry: { ...retry, attempts: attempts * 10 }, timeoutMs };

  const fetchCart = step('fetchCart', {
    ...{ retry, timeoutMs },
    input: z.object({ userId: z.string(), cartId: z.string() }),
    output: z.object({ lines: z.array(cartLine) }),
    declines: ['CART_NOT_FOUND'],
  });
  const fetchVariants = step('fetchVariants', {
    ...{ retry, timeoutMs },
    input: z.object({ variantIds: z.array(z.string()), currencyCode: z.string() }),
    output: z.object({ variants: z.array(variant) }),
    declines: ['VARIANT_NOT_FOUND', 'PRICE_INVALID'],
  });
  const releaseStock = step('releaseStock', { ...undo, input: reservation, output: z.object({}) });
  const reserveStock = step('reserveStock', {
    ...{ retry, timeoutMs },
    input: reservation.extend({ lines: z.array(cartLine) }),
    output: z.object({}),
    declines: ['OUT_OF_STOCK', 'VARIANT_NOT_FOUND'],
    opens: {
      kind: 'stock.reserved',
      instance: ({ checkoutId }) => checkoutId,
      undo: releaseStock,
      undoInput: ({ input }) => ({ checkoutId: input.checkoutId }),
    },
  });
  const cancelOrder = step('cancelOrder', {
    ...undo,
    input: z.object({ paymentId: z.string() }),
    output: z.object({ orderId: z.string() }),
  });
  const createOrder = step('createOrder', {
    ...{ retry, timeoutMs },
    input: z.object({
      ...{ userId: z.string(), cartId: z.string(), items: z.array(orderLine), paymentId: z.string() },
      ...{ totalAmount: z.int(), shippingAddressId: z.string(), currencyCode: z.string() },
    }),
    output: z.object({ orderId: z.string() }),
    declines: ['ORDER_REFUSED'],
    opens: {
      kind: 'order.created',
      instance: ({ paymentId }) => paymentId,
      undo: cancelOrder,
      undoInput: ({ input }) => ({ paymentId: input.paymentId }),
    },
  });
  const commitStock = step('commitStock', {
    ...{ retry, timeoutMs },
    input: reservation,
    output: z.object({}),
    declines: ['RESERVATION_LOST'],
    closes: { kind: 'stock.reserved', instance: ({ checkoutId }) => checkoutId },
    opens: {
      kind: 'stock.sold',
      instance: ({ checkoutId }) => checkoutId,
      undo: releaseStock,
      undoInput: ({ input }) => input,
    },
  });
  return { fetchCart, fetchVariants, reserveStock, releaseStock, createOrder, cancelOrder, commitStock };
}
