import { compensate, defineSaga, stepFailure } from '@countermand/saga-core';
import { assign, setup } from 'xstate';
import { type Checkout, checkout, type OrderLine } from '../checkout.ts';
import { createCheckoutSteps, type StepSettings } from './checkout-steps.ts';

/** Why a checkout failed. */
export interface CheckoutFailure {
  readonly code: string;
  readonly message: string;
}

interface CheckoutContext extends Checkout {
  readonly lines: readonly { readonly variantId: string; readonly quantity: number }[];
  /** The cart's lines with what the catalog says of them. */
  readonly enriched: readonly OrderLine[];
  readonly orderId?: string;
  readonly failure?: CheckoutFailure;
}

/** The checkout of a cart: fetched, enriched, reserved, ordered, committed; or everything given back. */
export function createCheckoutSaga(settings: StepSettings) {
  const machine = setup({
    types: { context: {} as CheckoutContext, input: {} as Checkout },
    actors: { ...createCheckoutSteps(settings), compensate },
    actions: {
      fail: assign(({ event }) => {
        const { kind, code, message, details } = stepFailure(event as { error?: unknown });
        const said = (details as { message?: string } | undefined)?.message ?? message;
        return { failure: { code: kind === 'unknown' ? 'UNKNOWN' : code, message: said } };
      }),
    },
    guards: {
      cartChanged: ({ context }) => hasChanged(context),
      priceChanged: ({ context }) => sumOf(context.enriched) !== context.subtotal,
    },
  }).createMachine({
    context: ({ input }) => ({ ...input, lines: [], enriched: [] }),
    initial: 'FETCHING_CART',
    states: {
      FETCHING_CART: {
        invoke: {
          src: 'fetchCart',
          input: ({ context: { userId, cartId } }) => ({ userId, cartId }),
          onDone: {
            target: 'FETCHING_VARIANTS',
            actions: assign({ lines: ({ event }) => event.output.lines }),
          },
          onError: { target: 'UNDOING', actions: 'fail' },
        },
      },
      FETCHING_VARIANTS: {
        invoke: {
          src: 'fetchVariants',
          input: ({ context }) => ({
            variantIds: [...new Set(context.lines.map(({ variantId }) => variantId))],
            currencyCode: context.currencyCode,
          }),
          onDone: {
            target: 'CHECKING',
            actions: assign({
              enriched: ({ context, event }) => enrich(context.lines, event.output.variants),
            }),
          },
          onError: { target: 'UNDOING', actions: 'fail' },
        },
      },
      CHECKING: {
        always: [
          { guard: 'cartChanged', target: 'UNDOING', actions: assign({ failure: CART_CHANGED }) },
          { guard: 'priceChanged', target: 'UNDOING', actions: assign({ failure: PRICE_CHANGED }) },
          { target: 'RESERVING' },
        ],
      },
      RESERVING: {
        invoke: {
          src: 'reserveStock',
          input: ({ context }) => ({ checkoutId: context.checkoutId, lines: [...context.lines] }),
          onDone: 'CREATING_ORDER',
          onError: { target: 'UNDOING', actions: 'fail' },
        },
      },
      CREATING_ORDER: {
        invoke: {
          src: 'createOrder',
          input: ({ context }) => ({
            userId: context.userId,
            cartId: context.cartId,
            items: [...context.enriched],
            paymentId: `pay-${context.checkoutId}`,
            totalAmount: context.total,
            shippingAddressId: context.shippingAddressId,
            currencyCode: context.currencyCode,
          }),
          onDone: { target: 'COMMITTING', actions: assign({ orderId: ({ event }) => event.output.orderId }) },
          onError: { target: 'UNDOING', actions: 'fail' },
        },
      },
      COMMITTING: {
        invoke: {
          src: 'commitStock',
          input: ({ context: { checkoutId } }) => ({ checkoutId }),
          onDone: 'COMPLETED',
          onError: { target: 'UNDOING', actions: 'fail' },
        },
      },
      COMPLETED: { tags: 'rest', meta: { keeps: ['order.created', 'stock.sold'] } },
      UNDOING: { invoke: { src: 'compensate', onDone: 'FAILED' } },
      FAILED: { tags: 'rest' },
    },
  });
  return defineSaga({ name: 'checkout', version: 1, machine, events: {}, input: checkout });
}

/** The saga with its types. */
export type CheckoutSaga = ReturnType<typeof createCheckoutSaga>;

const CART_CHANGED: CheckoutFailure = {
  code: 'CART_CHANGED',
  message: 'the cart is empty, or no longer what the request says',
};
const PRICE_CHANGED: CheckoutFailure = {
  code: 'PRICE_CHANGED',
  message: 'the subtotal is not the sum of the prices',
};

/** Whoever sends items means exactly these; whoever sends none means what is in the cart. */
function hasChanged({ items, lines }: CheckoutContext): boolean {
  const sorted = (some: CheckoutContext['lines']) =>
    some.map(({ variantId, quantity }) => `${variantId} ${quantity}`).sort();
  const wanted = sorted(items.length > 0 ? items : lines);
  return lines.length === 0 || sorted(lines).join('\n') !== wanted.join('\n');
}

function enrich(
  lines: CheckoutContext['lines'],
  variants: readonly Omit<OrderLine, 'quantity'>[],
): readonly OrderLine[] {
  return lines.flatMap(({ variantId, quantity }) =>
    variants
      .filter((variant) => variant.variantId === variantId)
      .map((variant) => ({ ...variant, quantity })),
  );
}

function sumOf(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, { unitPrice, quantity }) => sum + unitPrice * quantity, 0);
}
