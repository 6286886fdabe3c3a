import type { CheckOptions } from '../check/check-options.js';
import type { Json, JsonObject } from '../json.js';
import type { OrderContext } from './order-context.js';
import { orderStatus } from './view-order.js';

const total = { amount: 1_999, currency: 'EUR' };
const STATES = [
  'RESERVED',
  'PAYMENT_PENDING',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'IN_TRANSIT',
  'FAILED',
  'CANCELLED',
];

/** The gateway's own id of a payment, as the samples have it. */
const gatewayId = (payment: unknown) => `gw-${String(payment)}`;

/** What a check runs the order lifecycle on: an order with that many payments, and everything that can happen to it. */
export function orderCheck(payments: number): CheckOptions {
  const names = Array.from({ length: payments }, (_, index) => `p${index + 1}`);
  const authorized = (input: Json) => [{ paymentId: gatewayId((input as JsonObject)['payment']) }];
  const news = (context: JsonObject) => [
    ...names.map((name) => ({ paymentId: gatewayId(name), amount: total })),
    // Somebody else's money, or another amount.
    ...(payments === 1 && context ? [{ paymentId: 'unknown', amount: total }] : []),
  ];
  const plain = {
    orderId: 'o-1',
    customerId: 'alice',
    items: [{ sku: 'book', quantity: 1 }],
    total: { ...total, amount: total.amount * payments },
    payments: names.map(() => ({ method: 'card', amount: total })),
  };
  const withCoupon = (['continue', 'fail'] as const).map((invalidCoupon) => ({
    ...plain,
    coupons: ['WELCOME'],
    invalidCoupon,
  }));
  return {
    samples: {
      input: payments === 1 ? [plain, ...withCoupon] : [plain],
      outputs: {
        // What it takes off changes amounts alone, and the news below is about full ones.
        applyCoupon: [{ discount: 0 }],
        authorize: authorized,
        capture: authorized,
        refund: [{ status: 'refunded' }],
        lookupPayment: (input) => {
          const paymentId = gatewayId((input as JsonObject)['payment']);
          return [
            { status: 'captured', paymentId, captured: total },
            { status: 'captured', paymentId, captured: { ...total, amount: 1 } },
            { status: 'declined' },
            { status: 'unknown' },
          ];
        },
      },
      // Which code it is shows in the order's failure alone.
      declines: {
        reserveStock: ['OUT_OF_STOCK'],
        applyCoupon: ['COUPON_INVALID'],
        authorize: ['CARD_DECLINED'],
        capture: ['CARD_DECLINED'],
      },
      events: {
        PAY: [{}],
        CANCEL: [{}],
        PAYMENT_SUCCEEDED: news,
        PAYMENT_FAILED: news,
        AUTHORIZATION_EXPIRED: names.map((name) => ({ paymentId: gatewayId(name) })),
        // Whatever goes without force goes with it.
        OVERRIDE: STATES.map((to) => ({ to, reason: 'by hand', force: true })),
      },
    },
    tells: tellsApart,
    alike: names.length > 1 ? names : [],
    maxLate: 1,
    suppress: [
      {
        rule: 'step-error-unhandled',
        subject: 'generateInvoice',
        reason:
          'an order that is paid for is not given up for want of an invoice: it parks, and a person has it tried again',
      },
    ],
  };
}

/**
 * Coupons decide before the order is reserved, statuses of payments while it is being paid; afterwards only which
 * payments the gateway knows.
 */
function tellsApart(state: Json, context: JsonObject): unknown {
  const { payments, asking, verifying, coupons, invalidCoupon } = context as unknown as OrderContext;
  const isAsking = JSON.stringify(state).includes('askingGateway');
  if (orderStatus(state) !== 'PAYMENT_PENDING') {
    const couponsAhead = orderStatus(state) === 'CREATED' && [coupons, invalidCoupon];
    return [payments.map(({ id, paymentId }) => [id, paymentId]), isAsking && asking, couponsAhead];
  }
  return [
    payments.map(({ id, status, paymentId }) => [id, status, paymentId]),
    verifying,
    isAsking && asking,
  ];
}
