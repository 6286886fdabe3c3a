import { answers, type Routes, starts } from '@countermand/step-messages';
import { z } from 'zod';
import { discountSteps } from '../sagas/discount-saga.ts';
import { orderInput, orderSaga, orderSteps } from '../sagas/order-saga.ts';
import { splitPaymentSteps } from '../sagas/split-payment-saga.ts';
import type { Topics } from '../settings.ts';

const nothing = z.object({});
const ofOrder = z.object({ orderId: z.string() });
/** The handlers of discount and split payment are sagas of their own; what they say is for the order's. */
const toOrder = { to: ({ orderId }: z.output<typeof ofOrder>) => orderId };
const done = () => ({ output: {} });

/** What the events of each topic mean to the orchestrator's three sagas. */
export function routesOf(topics: Topics): Readonly<Record<string, Routes>> {
  return {
    [topics.ORDER_CREATED]: { OrderCreatedEvent: starts(orderSaga, orderInput, (input) => input) },
    [topics.PRODUCT_RESERVED]: { ProductReservedEvent: answers(orderSteps.reserveProducts, nothing, done) },
    [topics.PRODUCT_RESERVATION_FAILED]: {
      ProductReservationFailedEvent: answers(orderSteps.reserveProducts, nothing, () => ({
        declined: 'OUT_OF_STOCK',
      })),
    },
    [topics.COUPON_APPLIED]: {
      CouponAppliedEvent: answers(
        discountSteps.applyCoupon,
        z.object({ discount: z.int().nonnegative() }),
        ({ discount }) => ({ output: { discount } }),
      ),
      CouponRejectedEvent: answers(discountSteps.applyCoupon, nothing, () => ({
        declined: 'COUPON_INVALID',
      })),
      DiscountTakenEvent: answers(
        orderSteps.takeDiscount,
        ofOrder.extend({ discount: z.int().nonnegative() }),
        ({ discount }) => ({ output: { discount } }),
        toOrder,
      ),
      DiscountRefusedEvent: answers(
        orderSteps.takeDiscount,
        ofOrder,
        () => ({ declined: 'COUPON_INVALID' }),
        toOrder,
      ),
      DiscountGivenBackEvent: answers(orderSteps.giveDiscountBack, ofOrder, done, toOrder),
    },
    [topics.PAYMENT_PROCESSED]: {
      PaymentProcessedEvent: answers(
        splitPaymentSteps.pay,
        z.object({ paymentId: z.string() }),
        ({ paymentId }) => ({ output: { paymentId } }),
      ),
    },
    [topics.PAYMENT_FAILED]: {
      PaymentFailedEvent: answers(splitPaymentSteps.pay, nothing, () => ({ declined: 'PAYMENT_DECLINED' })),
      SplitPaymentFailedEvent: answers(
        orderSteps.takeMoney,
        ofOrder,
        () => ({ declined: 'PAYMENT_DECLINED' }),
        toOrder,
      ),
    },
    [topics.SPLIT_PAYMENT_PROCESSED]: {
      SplitPaymentProcessedEvent: answers(orderSteps.takeMoney, ofOrder, done, toOrder),
      SplitPaymentReturnedEvent: answers(orderSteps.giveMoneyBack, ofOrder, done, toOrder),
    },
  };
}
