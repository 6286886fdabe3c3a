import type { CheckOptions } from '../check/check-options.js';
import type { Json, JsonObject } from '../json.js';
import { capturedPayments, type OrderContext } from './order-context.js';
import { appliedCoupons } from './order-coupons.js';
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

/** States to which only news leads that isn't believed, or a coupon that isn't valid. */
const ONE_PAYMENT_SHOWS = ['RESERVED.confirmingDecline', 'askingGateway', 'CREATED.givingCouponBack'];

/**
 * What a check runs the order lifecycle on: an order with that many payments, with and without a coupon, and everything
 * that can happen to it.
 *
 * What one payment can show, one payment is checked with. With several, coupons are valid, the gateway says
 * yes or no, its news is believed, and administrators only end orders; with more than two, steps that were left answer
 * at once.
 *
 * @param everything - leaves nothing away: a check of two payments then takes minutes
 */
export function orderCheck(payments: number, everything = payments === 1): CheckOptions {
  const names = Array.from({ length: payments }, (_, index) => `p${index + 1}`);
  const authorized = (input: Json) => [{ paymentId: gatewayId((input as JsonObject)['payment']) }];
  const news = (context: JsonObject) => {
    const isKnown = (name: string) =>
      (context as unknown as OrderContext).payments.some(({ paymentId }) => paymentId === gatewayId(name));
    const ours = names.filter((name) => everything || isKnown(name)).map(gatewayId);
    // Somebody else's money, or another amount.
    const others = everything ? ['unknown'] : [];
    return [...ours, ...others].map((paymentId) => ({ paymentId, amount: total }));
  };
  const isMany = payments > 2 && !everything;
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
    name: `with ${payments} payment${payments === 1 ? '' : 's'}`,
    samples: {
      input: everything ? [plain, ...withCoupon] : withCoupon.slice(0, 1),
      outputs: {
        // What it takes off changes amounts alone, and the news below is about full ones.
        applyCoupon: [{ discount: 0 }],
        authorize: authorized,
        capture: authorized,
        refund: [{ status: 'refunded' }],
        lookupPayment: (input) => {
          const paymentId = gatewayId((input as JsonObject)['payment']);
          const sure = [{ status: 'captured', paymentId, captured: total }, { status: 'declined' }];
          const partly = { status: 'captured', paymentId, captured: { ...total, amount: 1 } };
          return everything ? [...sure, partly, { status: 'unknown' }] : sure;
        },
      },
      // Which code it is shows in the order's failure alone.
      declines: {
        reserveStock: ['OUT_OF_STOCK'],
        applyCoupon: everything ? ['COUPON_INVALID'] : [],
        ...(!everything && { validateCoupon: [] }),
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
        OVERRIDE: (everything ? STATES : ['FAILED', 'CANCELLED']).map((to) => ({
          to,
          reason: 'by hand',
          force: true,
        })),
      },
    },
    tells: tellsApart,
    alike: names.length > 1 ? names : [],
    maxLate: isMany ? 0 : 1,
    suppress: [
      {
        rule: 'step-error-unhandled',
        subject: 'generateInvoice',
        reason:
          'an order that is paid for is not given up for want of an invoice: it parks, and a person has it tried again',
      },
      ...(everything ? [] : ONE_PAYMENT_SHOWS).map((subject) => ({
        rule: 'state-unreachable',
        subject,
        reason: 'the check of an order with one payment leads there',
      })),
    ],
  };
}

/**
 * Coupons decide before the order is reserved, statuses of payments while it is being paid; afterwards only which
 * payments the gateway knows, and on the way to a success what its end keeps.
 */
function tellsApart(state: Json, context: JsonObject): unknown {
  const order = context as unknown as OrderContext;
  const { payments, asking, verifying, coupons, invalidCoupon } = order;
  const isAsking = JSON.stringify(state).includes('askingGateway');
  const status = orderStatus(state);
  const isUndone = status === 'FAILED' || status === 'CANCELLED';
  const kept = !isUndone && [capturedPayments(order), appliedCoupons(order)];
  if (status !== 'PAYMENT_PENDING') {
    const couponsAhead = status === 'CREATED' && [coupons, invalidCoupon];
    return [payments.map(({ id, paymentId }) => [id, paymentId]), isAsking && asking, couponsAhead, kept];
  }
  return [
    kept,
    payments.map(({ id, status, paymentId }) => [id, status, paymentId]),
    verifying,
    isAsking && asking,
  ];
}
