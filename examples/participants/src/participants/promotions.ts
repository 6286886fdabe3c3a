import type { ApplyCoupon } from '../contract/command-bodies.ts';
import type { Money } from '../contract/money.ts';
import type { Change } from '../journal/change.ts';
import { type Decision, done, refused } from './decision.ts';

interface Coupon {
  percent: number;
  description: string;
}

const COUPONS = new Map<string, Coupon>([['WELCOME10', { percent: 10, description: '10 % off your order' }]]);

interface UsedCoupon {
  status: 'applied' | 'cancelled' | 'barred';
  /** Minor units that it takes off; 0 unless it is applied. */
  discount: number;
}

/** Coupons by order and code: applied now, or never again. */
export interface PromotionsBook {
  orders: Map<string, Map<string, UsedCoupon>>;
}

export function emptyPromotions(): PromotionsBook {
  return { orders: new Map() };
}

/** Writes one change into the book; changes of other participants pass by. */
export function postToPromotions(book: PromotionsBook, change: Change): void {
  switch (change.kind) {
    case 'coupon.applied':
      put(book, change, { status: 'applied', discount: change.discount });
      return;
    case 'coupon.cancelled':
      put(book, change, { status: 'cancelled', discount: 0 });
      return;
    case 'coupon.barred':
      put(book, change, { status: 'barred', discount: 0 });
      return;
  }
}

/** Says what a coupon is worth; changes nothing. */
export function validate(body: ApplyCoupon): Decision {
  const coupon = COUPONS.get(body.code);
  if (!coupon) return invalid(body.code);
  const { description } = coupon;
  return done({ code: body.code, discount: discountOn(body.total, coupon), description });
}

/** Uses a coupon for an order, once, and never after it was cancelled there. */
export function apply(book: PromotionsBook, body: ApplyCoupon): Decision {
  const coupon = COUPONS.get(body.code);
  if (!coupon) return invalid(body.code);
  const { order_id, code } = body;
  const status = book.orders.get(order_id)?.get(code)?.status;
  if (status === 'applied') {
    return refused({ code: 'ALREADY_APPLIED', message: `${code} is applied to the order.` });
  }
  if (status) return refused({ code: 'CANCELLED', message: `${code} was cancelled before.` });
  const discount = discountOn(body.total, coupon);
  return done({ code, discount, description: coupon.description }, [
    { kind: 'coupon.applied', order_id, code, discount: discount.amount },
  ]);
}

/** Takes a coupon back. Where none was applied it leaves a tombstone: none may follow. */
export function cancel(book: PromotionsBook, body: { order_id: string; code: string }): Decision {
  const { order_id, code } = body;
  switch (book.orders.get(order_id)?.get(code)?.status) {
    case 'applied':
      return done({ status: 'cancelled' }, [{ kind: 'coupon.cancelled', order_id, code }]);
    case 'cancelled':
      return done({ status: 'cancelled' });
    case 'barred':
      return done({ status: 'not_found' });
    default:
      return done({ status: 'not_found' }, [{ kind: 'coupon.barred', order_id, code }]);
  }
}

function invalid(code: string): Decision {
  return refused({ code: 'COUPON_INVALID', message: `${code} is not valid.` });
}

/** Rounded down, and exact for every amount. */
function discountOn(total: Money, coupon: Coupon): Money {
  const amount = Number((BigInt(total.amount) * BigInt(coupon.percent)) / 100n);
  return { amount, currency: total.currency };
}

function put(
  book: PromotionsBook,
  { order_id, code }: { order_id: string; code: string },
  used: UsedCoupon,
): void {
  const codes = book.orders.get(order_id) ?? new Map<string, UsedCoupon>();
  book.orders.set(order_id, codes.set(code, used));
}
