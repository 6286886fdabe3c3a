import { stepFailure } from '../step.js';
import { type OrderContext, paymentOf } from './order-context.js';
import { nextCoupon, totalSoFar } from './order-coupons.js';
import {
  cancelByCustomer,
  cancelByHand,
  DECLINED,
  failBecause,
  failByHand,
  type OrderSetup,
} from './order-setup.js';

/** CREATED: the inventory is asked to hold the items; then coupons are looked at, one after the other. */
export function createdState(order: OrderSetup) {
  return order.createStateConfig({
    entry: order.emit(({ context: { orderId, customerId } }) => ({
      type: 'ORDER_CREATED',
      orderId,
      customerId,
    })),
    on: { CANCEL: cancelByCustomer, AUTHORIZATION_EXPIRED: {}, OVERRIDE: [failByHand, cancelByHand] },
    initial: 'reservingStock',
    states: {
      reservingStock: {
        invoke: {
          id: 'reserveStock',
          src: 'reserveStock',
          input: ({ context: { orderId, items } }) => ({ orderId, items: [...items] }),
          onDone: [{ guard: 'hasCoupon', target: 'validatingCoupon' }, { target: '#order.RESERVED' }],
          onError: {
            target: '#order.FAILED',
            actions: {
              type: 'failBecause',
              params: ({ event: { error } }) => ({
                error,
                unknown: 'INVENTORY_ERROR',
                declined: stepFailure({ error }).code === 'OUT_OF_STOCK' ? 'OUT_OF_STOCK' : 'INVENTORY_ERROR',
              }),
            },
          },
        },
      },
      ...couponStates(order),
    },
  });
}

/** One coupon is asked about, then used; what is not valid is left out, or ends the order, as the order says. */
function couponStates(order: OrderSetup) {
  const fail = {
    target: '#order.FAILED',
    actions: failBecause({ unknown: 'SYSTEM_ERROR', declined: 'COUPON_INVALID' }),
  } as const;
  const mayGoOnWithout = (isLast: boolean) =>
    ({
      type: 'mayGoOnWithout',
      params: ({ event }: { event: { error: unknown } }) => ({ error: event.error, isLast }),
    }) as const;
  const input = ({ context }: { context: OrderContext }) => ({
    orderId: context.orderId,
    code: nextCoupon(context)?.code ?? '',
    total: totalSoFar(context),
  });
  const useIt = {
    type: 'useCoupon',
    params: ({ event }: { event: { output: { discount: number } } }) => event.output.discount,
  } as const;
  const withoutIt = ['warnOfCoupon', 'skipCoupon'] as const;
  const toNext = { target: 'validatingCoupon', reenter: true } as const;

  return {
    validatingCoupon: order.createStateConfig({
      invoke: {
        id: 'validateCoupon',
        src: 'validateCoupon',
        input,
        onDone: 'applyingCoupon',
        onError: [
          { guard: mayGoOnWithout(false), ...toNext, actions: withoutIt },
          {
            guard: mayGoOnWithout(true),
            target: '#order.RESERVED',
            actions: [...withoutIt, 'takeDiscountOff'],
          },
          fail,
        ],
      },
    }),
    applyingCoupon: order.createStateConfig({
      invoke: {
        id: 'applyCoupon',
        src: 'applyCoupon',
        input,
        onDone: [
          { guard: 'hasAnotherCoupon', ...toNext, actions: useIt },
          { target: '#order.RESERVED', actions: [useIt, 'takeDiscountOff'] },
        ],
        onError: [{ guard: mayGoOnWithout(true), target: 'givingCouponBack' }, fail],
      },
    }),
    /** It was valid a moment ago, and an attempt whose answer was lost may have used it: before it is left out. */
    givingCouponBack: order.createStateConfig({
      invoke: {
        id: 'cancelCoupon',
        src: 'cancelCoupon',
        input: ({ context }) => ({ orderId: context.orderId, code: nextCoupon(context)?.code ?? '' }),
        onDone: [
          { guard: 'hasAnotherCoupon', ...toNext, actions: withoutIt },
          { target: '#order.RESERVED', actions: [...withoutIt, 'takeDiscountOff'] },
        ],
        onError: fail,
      },
    }),
  };
}

/** RESERVED: the items are held, the customer has to pay. */
export function reservedState(order: OrderSetup) {
  return order.createStateConfig({
    entry: order.emit(({ context: { orderId } }) => ({ type: 'ORDER_RESERVED', orderId })),
    after: { RESERVATION_TTL: { target: '#order.CANCELLED', actions: 'cancel' } },
    on: {
      PAY: { target: '#order.PAYMENT_PENDING', actions: 'takeTokens' },
      PAYMENT_FAILED: '.confirmingDecline',
      CANCEL: cancelByCustomer,
      AUTHORIZATION_EXPIRED: {},
      OVERRIDE: [
        failByHand,
        cancelByHand,
        { guard: { type: 'isTo', params: 'PAYMENT_PENDING' }, target: '#order.PAYMENT_PENDING' },
      ],
    },
    initial: 'waiting',
    states: {
      waiting: {},
      /** A decline that overtook the click is believed once the gateway confirms it. */
      confirmingDecline: {
        invoke: {
          id: 'confirmDecline',
          src: 'lookupPayment',
          input: ({ context, event }) => {
            const [first] = context.payments;
            const named = event.type === 'PAYMENT_FAILED' ? paymentOf(context, event) : undefined;
            const { id: payment, amount } = named ?? first ?? { id: 'p1', amount: context.total };
            return { orderId: context.orderId, payment, amount };
          },
          onDone: [
            {
              guard: ({ event }) => event.output.status === 'declined',
              target: '#order.FAILED',
              actions: { type: 'fail', params: DECLINED },
            },
            { target: 'waiting' },
          ],
          onError: 'waiting',
        },
        on: { PAYMENT_FAILED: {} },
      },
    },
  });
}
