import type { OrderContext, OrderCoupon } from './order-context.js';
import { spreadDiscount } from './spread-discount.js';

/** The coupon that is looked at next. */
export function nextCoupon({ coupons }: OrderContext): OrderCoupon | undefined {
  return coupons.find(({ status }) => status === 'pending');
}

/** Codes of the coupons that the order has used: what its end keeps of them. */
export function appliedCoupons({ coupons }: OrderContext): string[] {
  return coupons.filter(({ status }) => status === 'applied').map(({ code }) => code);
}

/** Whether one more has to be looked at after the one that is looked at now. */
export function hasAnotherCoupon({ coupons }: OrderContext): boolean {
  return coupons.filter(({ status }) => status === 'pending').length > 1;
}

/** What there is to pay for with the coupons that are applied so far: what the next one is a discount on. */
export function totalSoFar({ total, coupons }: OrderContext): OrderContext['total'] {
  const off = coupons.reduce((sum, { discount }) => sum + (discount?.amount ?? 0), 0);
  return { ...total, amount: Math.max(0, total.amount - off) };
}

/** The next coupon has been used: it takes that much off, in minor units, but never more than there is left. */
export function useCoupon(context: OrderContext, discount: number): OrderContext['coupons'] {
  const rest = totalSoFar(context);
  const off = { ...rest, amount: Math.min(discount, rest.amount) };
  return changeNext(context, { status: 'applied', discount: off });
}

/** The next coupon is not valid, and the order goes on without it. */
export function skipCoupon(context: OrderContext): OrderContext['coupons'] {
  return changeNext(context, { status: 'skipped' });
}

function changeNext(context: OrderContext, change: Partial<OrderCoupon>): OrderContext['coupons'] {
  const next = nextCoupon(context);
  return context.coupons.map((coupon) => (coupon === next ? { ...coupon, ...change } : coupon));
}

/** All coupons have been looked at: what they took off comes off the total and, in proportion, off the payments. */
export function takeDiscountOff(
  context: OrderContext,
): Pick<OrderContext, 'total' | 'payments'> & Partial<Pick<OrderContext, 'discount'>> {
  const { payments } = context;
  const total = totalSoFar(context);
  const off = context.total.amount - total.amount;
  if (off === 0) return { total, payments };
  const shares = spreadDiscount(
    payments.map(({ amount }) => amount.amount),
    off,
  );
  return {
    total,
    discount: { ...total, amount: off },
    payments: payments.map((payment, index) => ({
      ...payment,
      amount: { ...payment.amount, amount: payment.amount.amount - (shares[index] ?? 0) },
    })),
  };
}

/** The coupons after a compensation, whose report names the obligations that it closed. */
export function afterUndoOfCoupons(
  coupons: OrderContext['coupons'],
  undone: readonly string[],
): OrderContext['coupons'] {
  return coupons.map((coupon) =>
    undone.includes(`coupon.used:${coupon.code}`) ? { ...coupon, status: 'cancelled' } : coupon,
  );
}
