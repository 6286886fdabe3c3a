import { type AdaptersFor, declined } from '@countermand/saga-core';
import {
  DEFINITE_STATUSES,
  type GrpcCallOptions,
  type GrpcFailure,
  grpcSteps,
  readGrpcFailure,
} from '@countermand/step-grpc';
import type {
  CartsClient,
  CatalogClient,
  InventoryClient,
  OrdersClient,
} from '../generated/cart-checkout.ts';
import { createOrderRequestOf } from '../map-order.ts';
import { AmountError, toMinorUnits } from '../money.ts';
import type { CheckoutSaga } from './checkout-saga.ts';

/** Whom the orchestrator calls. The carts are the gateway's. */
export interface CheckoutClients {
  readonly carts: CartsClient;
  readonly catalog: CatalogClient;
  readonly inventory: InventoryClient;
  readonly orders: OrdersClient;
}

/** The steps of a checkout as gRPC calls. */
export function checkoutAdapters(
  saga: CheckoutSaga,
  { carts, catalog, inventory, orders }: CheckoutClients,
): AdaptersFor<CheckoutSaga> {
  return grpcSteps(saga, {
    fetchCart: {
      call: async ({ userId, cartId }, options) => {
        const { lines } = await carts.getCart({ userId, cartId }, options);
        return { lines: lines.map(({ variantId, quantity }) => ({ variantId, quantity })) };
      },
      declines: { NOT_FOUND: 'CART_NOT_FOUND' },
    },
    fetchVariants: {
      call: async ({ variantIds, currencyCode }, options) => {
        const { variants } = await catalog.getVariants({ variantIds }, options);
        const strange = variants.find((variant) => variant.currencyCode !== currencyCode);
        if (strange)
          return declined('PRICE_INVALID', {
            message: `${strange.variantId} is not sold in ${currencyCode}`,
          });
        try {
          return {
            variants: variants.map(({ variantId, productId, name, price }) => ({
              ...{ variantId, productId, name },
              unitPrice: toMinorUnits(variantId, price, currencyCode),
            })),
          };
        } catch (error) {
          if (error instanceof AmountError) return declined('PRICE_INVALID', { message: error.message });
          throw error;
        }
      },
      declines: { NOT_FOUND: 'VARIANT_NOT_FOUND' },
    },
    reserveStock: {
      call: async ({ checkoutId, lines }, options) => {
        await reserveAll(inventory, checkoutId, lines, options);
        return {};
      },
      declines: { FAILED_PRECONDITION: 'OUT_OF_STOCK', NOT_FOUND: 'VARIANT_NOT_FOUND' },
    },
    releaseStock: {
      call: async ({ checkoutId }, options) => {
        await inventory.release({ reservationId: checkoutId }, options);
        return {};
      },
    },
    createOrder: {
      call: async (order, options) => {
        const now = new Date().toISOString();
        const times = { createdAt: now, updatedAt: now };
        return await orders.createOrder(
          createOrderRequestOf({ ...order, ...times, status: 'CREATED' }),
          options,
        );
      },
      declines: refused,
    },
    cancelOrder: { call: async ({ paymentId }, options) => await orders.cancelOrder({ paymentId }, options) },
    commitStock: {
      call: async ({ checkoutId }, options) => {
        await inventory.commit({ reservationId: checkoutId }, options);
        return {};
      },
      declines: { FAILED_PRECONDITION: 'RESERVATION_LOST', NOT_FOUND: 'RESERVATION_LOST' },
    },
  });
}

/** Variant by variant, for a reservation has one line of each; one that is refused gives back what those before it took, and only then is the answer no. */
async function reserveAll(
  inventory: InventoryClient,
  reservationId: string,
  lines: readonly { readonly variantId: string; readonly quantity: number }[],
  options: GrpcCallOptions,
): Promise<void> {
  const quantities = new Map<string, number>();
  for (const { variantId, quantity } of lines)
    quantities.set(variantId, (quantities.get(variantId) ?? 0) + quantity);
  try {
    for (const [variantId, quantity] of quantities)
      await inventory.reserve({ reservationId, variantId, quantity }, options);
  } catch (error) {
    // Where this fails the step is tried again, and comes to the same refusal.
    if (isRefusal(readGrpcFailure(error))) await inventory.release({ reservationId }, options);
    throw error;
  }
}

function isRefusal(failure: GrpcFailure | undefined): boolean {
  return failure !== undefined && DEFINITE_STATUSES.includes(failure.status);
}

/** Whatever the order service refuses, it refuses for good. */
function refused(failure: GrpcFailure): string | undefined {
  return isRefusal(failure) ? 'ORDER_REFUSED' : undefined;
}
