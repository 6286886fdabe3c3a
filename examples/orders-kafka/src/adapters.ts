import type { PostgresRunner } from '@countermand/runner-postgres';
import { type AnySaga, later, SagaError, type SagaInput } from '@countermand/saga-core';
import { httpService } from '@countermand/step-http';
import { discountSaga } from './sagas/discount-saga.ts';
import { orderSaga } from './sagas/order-saga.ts';
import { splitPaymentSaga } from './sagas/split-payment-saga.ts';
import type { Settings } from './settings.ts';

/** Where the services are. */
export interface Services {
  readonly product: string;
  readonly promotion: string;
  readonly payment: string;
  readonly order: string;
}

/** The ids of the sagas that an order's saga has others carry out. */
export const childIds = {
  discount: (orderId: string) => `${orderId}.discount`,
  payment: (orderId: string) => `${orderId}.payment`,
};

/**
 * The steps of all three sagas. Services are asked over REST, each behind a circuit breaker of its own; where they
 * answer 202, the result comes on a topic. Discount and money are sagas, which are started and told to give back.
 */
export function adaptersOf(settings: Settings, services: Services, runnerOf: () => PostgresRunner) {
  const at = (baseUrl: string) =>
    httpService({
      baseUrl,
      timeoutMs: settings.REQUEST_TIMEOUT_MS,
      breaker: { threshold: settings.BREAKER_THRESHOLD },
    });
  const start = async <S extends AnySaga>(saga: S, id: string, input: SagaInput<S>) => {
    await runnerOf().start(saga, input, { id });
    return later();
  };
  /** What was never begun needs no giving back, and what came to nothing has given back already. */
  const giveBack = async (id: string) => {
    try {
      await runnerOf().send(id, { type: 'GIVE_BACK' }, { messageId: 'give-back' });
    } catch (error) {
      if (error instanceof SagaError && error.code === 'SAGA_NOT_FOUND') return {};
      throw error;
    }
    return later();
  };
  const done = { output: () => ({}) };
  return {
    order: {
      ...at(services.product).steps(orderSaga, {
        reserveProducts: { path: '/reservations', body: (input) => input, ...done },
        confirmProducts: { path: '/reservations/confirm', body: (input) => input, ...done },
        releaseProducts: { path: '/reservations/release', body: (input) => input, ...done },
      }),
      ...at(services.order).steps(orderSaga, {
        approveOrder: { path: '/approvals', body: (input) => input, ...done },
      }),
      takeDiscount: ({ input: { orderId, coupons, total } }: { input: DiscountRequest }) =>
        start(discountSaga, childIds.discount(orderId), {
          ...{ orderId, coupons, total, invalid: settings.INVALID_COUPON },
        }),
      giveDiscountBack: ({ input: { orderId } }: { input: { orderId: string } }) =>
        giveBack(childIds.discount(orderId)),
      takeMoney: ({ input: { orderId, payments } }: { input: MoneyRequest }) =>
        start(splitPaymentSaga, childIds.payment(orderId), { orderId, payments }),
      giveMoneyBack: ({ input: { orderId } }: { input: { orderId: string } }) =>
        giveBack(childIds.payment(orderId)),
    },
    discount: at(services.promotion).steps(discountSaga, {
      applyCoupon: { path: '/coupons/apply', body: (input) => input, output: ({ body }) => body as never },
      cancelCoupon: { path: '/coupons/cancel', body: (input) => input, ...done },
    }),
    'split-payment': at(services.payment).steps(splitPaymentSaga, {
      pay: { path: '/payments', body: (input) => input, output: ({ body }) => body as never },
      refund: { path: '/refunds', body: (input) => input, ...done },
    }),
  };
}

type DiscountRequest = Pick<SagaInput<typeof discountSaga>, 'orderId' | 'coupons' | 'total'>;
type MoneyRequest = SagaInput<typeof splitPaymentSaga>;
