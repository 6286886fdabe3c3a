import type { AdaptersFor } from '@countermand/saga-core';
import type { KafkaSteps } from '@countermand/step-kafka';
import { detailsOnWire } from '../order-details.ts';
import type { acceptanceSaga } from '../sagas/acceptance-saga.ts';
import type { createOrderSaga } from '../sagas/create-order-saga.ts';
import type { Settings } from '../settings.ts';
import { askService } from './ask-service.ts';

/** The steps of both sagas as commands; where an answer got lost, the services are asked over HTTP. */
export function kafkaAdapters(kafka: KafkaSteps, settings: Settings) {
  const undos = {
    cancelOrder: kafka.command<{ orderId: string | null }>({
      topic: 'order_commands',
      type: 'update_order_status',
      payload: ({ orderId }) => ({ order_id: orderId, status: 'CANCELLED' }),
    }),
    voidPayment: kafka.command<{ paymentId: string | null }>({
      topic: 'payment_commands',
      type: 'void_payment',
      payload: ({ paymentId }) => ({ payment_id: paymentId }),
    }),
  };
  return {
    'create-order': {
      createOrder: {
        run: kafka.command({
          topic: 'order_commands',
          type: 'create_order',
          payload: ({ customerId, details }) => ({
            ...{ customer_id: customerId, order_details: detailsOnWire(details), status: 'pendingPayment' },
          }),
        }),
        probe: askService(settings.ORDER_SERVICE_URL, 'order_events'),
      },
      getPaymentInfo: {
        run: kafka.command({
          topic: 'user_commands',
          type: 'get_payment_info',
          payload: ({ customerId }) => ({ customer_id: customerId }),
        }),
        probe: askService(settings.USER_SERVICE_URL, 'user_events'),
      },
      authorizePayment: {
        run: kafka.command({
          topic: 'payment_commands',
          type: 'authorize_payment',
          payload: ({ orderId, customerId, paymentMethodId, total }) => ({
            ...{ order_id: orderId, customer_id: customerId, payment_method_id: paymentMethodId },
            ...{ amount: total.amount, currency: total.currency },
          }),
        }),
        probe: askService(settings.PAYMENT_SERVICE_URL, 'payment_events'),
      },
      markCreated: kafka.command({
        topic: 'order_commands',
        type: 'update_order_status',
        payload: ({ orderId }) => ({ order_id: orderId, status: 'CREATED' }),
      }),
      startTimer: {
        run: kafka.command({
          topic: 'timer_commands',
          type: 'start_order_timer',
          payload: ({ orderId, durationMs }) => ({ order_id: orderId, duration_ms: durationMs }),
        }),
        probe: askService(settings.SCHEDULER_SERVICE_URL, 'timer_events'),
      },
      ...undos,
    } satisfies AdaptersFor<typeof createOrderSaga>,
    acceptance: {
      takeOverOrder: () => ({}),
      takeOverPayment: () => ({}),
      ...undos,
    } satisfies AdaptersFor<typeof acceptanceSaga>,
  };
}
