import type { AdaptersFor } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import type { ApplyCoupon, CancelCoupon, CouponAnswer } from '@countermand-examples/participants/contract';
import { callParticipant } from './participant-steps.ts';
import type { ParticipantsClient } from './participants-client.ts';

type CouponSteps = 'validateCoupon' | 'applyCoupon' | 'cancelCoupon';

/** The promotions participant's part of the order saga. */
export function couponAdapters(client: ParticipantsClient): Pick<AdaptersFor<OrderSaga>, CouponSteps> {
  return {
    validateCoupon: (call) => callParticipant(client, validate, call),
    applyCoupon: (call) => callParticipant(client, apply, call),
    cancelCoupon: (call) => callParticipant(client, cancel, call),
  };
}

interface CouponInput {
  readonly orderId: string;
  readonly code: string;
}

interface CouponOnTotal extends CouponInput {
  readonly total: { readonly amount: number; readonly currency: string };
}

const couponOnTotal = ({ orderId, code, total }: CouponOnTotal): ApplyCoupon => ({
  order_id: orderId,
  code,
  total: { amount: total.amount, currency: 'EUR' },
});

const validate = {
  path: '/promotions/validate',
  body: couponOnTotal,
  declines: ['COUPON_INVALID'],
  output: () => ({}),
};

const apply = {
  path: '/promotions/apply',
  body: couponOnTotal,
  declines: ['COUPON_INVALID', 'ALREADY_APPLIED', 'CANCELLED'],
  // The output schema checks what the participant says.
  output: (body: Record<string, unknown>) => ({
    discount: (body as unknown as CouponAnswer).discount.amount,
  }),
};

const cancel = {
  path: '/promotions/cancel',
  body: ({ orderId, code }: CouponInput): CancelCoupon => ({ order_id: orderId, code }),
  output: ({ status }: Record<string, unknown>) => ({ status: status as 'cancelled' | 'not_found' }),
};
