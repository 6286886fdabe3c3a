import { answers, type Routes, sends } from '@countermand/step-messages';
import { z } from 'zod';
import { acceptanceIdOf } from '../sagas/acceptance-saga.ts';
import {
  authorizePayment,
  cancelOrder,
  createOrder,
  getPaymentInfo,
  markCreated,
  startTimer,
  voidPayment,
} from '../sagas/order-steps.ts';

const failure = z.object({ reason: z.string().optional() });
const declinedAs =
  (code: string) =>
  ({ reason }: z.output<typeof failure>) => ({
    declined: code,
    ...(reason !== undefined && { details: { reason } }),
  });
const status = <const Name extends string>(name: Name) => z.object({ status: z.literal(name) });
const toAcceptance = (_payload: unknown, { correlationId }: { correlationId: string }) =>
  acceptanceIdOf(correlationId);

/** What the events of each topic mean. */
export const topics: Readonly<Record<string, Routes>> = {
  order_events: {
    'order.created': answers(createOrder, z.object({ order_id: z.string() }), ({ order_id: orderId }) => ({
      output: { orderId },
    })),
    'order.creation_failed': answers(createOrder, failure, declinedAs('ORDER_CREATION_FAILED')),
    'order.status_updated': [
      answers(markCreated, status('CREATED'), () => ({ output: {} })),
      answers(cancelOrder, status('CANCELLED'), () => ({ output: {} })),
    ],
    'order.accepted': sends(
      z.object({ runner_id: z.string() }),
      ({ runner_id: runnerId }) => ({ type: 'ACCEPTED', runnerId }),
      { to: toAcceptance },
    ),
  },
  user_events: {
    'user.payment_info_retrieved': answers(
      getPaymentInfo,
      z.object({ payment_method_id: z.string() }),
      ({ payment_method_id: paymentMethodId }) => ({ output: { paymentMethodId } }),
    ),
    'user.payment_info_failed': answers(getPaymentInfo, failure, declinedAs('PAYMENT_INFO_FAILED')),
  },
  payment_events: {
    'payment.authorized': answers(
      authorizePayment,
      z.object({ payment_id: z.string() }),
      ({ payment_id: paymentId }) => ({ output: { paymentId } }),
    ),
    'payment.failed': answers(authorizePayment, failure, declinedAs('PAYMENT_FAILED')),
    'payment.voided': answers(voidPayment, z.object({}), () => ({ output: {} })),
  },
  timer_events: {
    'timer.started': answers(startTimer, z.object({}), () => ({ output: {} })),
    'timer.failed': answers(startTimer, failure, declinedAs('TIMER_FAILED')),
    'timer.expired': sends(z.object({}), () => ({ type: 'EXPIRED' }), { to: toAcceptance }),
  },
};
