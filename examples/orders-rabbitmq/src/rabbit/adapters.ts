import {
  type AdaptersFor,
  cannotSay,
  declined,
  landed,
  notLanded,
  type ProbeFunction,
} from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import type { AmqpSteps } from '@countermand/step-amqp';
import type { Logger } from 'pino';
import { z } from 'zod';

/** What the adapters stand on. */
export interface AdapterParts {
  readonly rabbit: AmqpSteps;
  readonly paymentsUrl: string;
  readonly log: Logger;
}

const onWire = ({ orderId, payment }: { readonly orderId: string; readonly payment: string }) => ({
  ...{ order_id: orderId, payment },
});
const ofOrder = ({ orderId }: { readonly orderId: string }) => ({ order_id: orderId });

/** The steps of the order saga: what others do as messages, what this service does by itself at once. */
export function orderAdapters({ rabbit, paymentsUrl, log }: AdapterParts): AdaptersFor<OrderSaga> {
  const probe = askPayments(paymentsUrl);
  return {
    reserveStock: rabbit.command({
      routingKey: 'stock.reserve',
      payload: ({ orderId, items }) => ({ order_id: orderId, items }),
    }),
    // The stock is rolled back by this message; the inventory says when it is.
    releaseStock: rabbit.command({ routingKey: 'order.failed', payload: ofOrder }),
    commitStock: rabbit.command({ routingKey: 'stock.commit', payload: ofOrder }),
    authorize: {
      run: rabbit.command({
        routingKey: 'payment.authorize',
        payload: ({ method, token, amount, ...input }) => ({
          ...onWire(input),
          method,
          amount,
          ...(token !== undefined && { token }),
        }),
      }),
      probe,
    },
    capture: {
      run: rabbit.command({
        routingKey: 'payment.capture',
        payload: ({ amount, ...input }) => ({ ...onWire(input), amount }),
      }),
      probe,
    },
    void: rabbit.command({ routingKey: 'payment.void', payload: onWire }),
    refund: rabbit.command({ routingKey: 'payment.refund', payload: onWire }),
    lookupPayment: rabbit.command({ routingKey: 'payment.lookup', payload: onWire }),
    notifyWarehouse: rabbit.command({
      routingKey: 'shipping.prepare',
      payload: ({ orderId, items }) => ({ order_id: orderId, items }),
    }),
    createShipment: rabbit.command({ routingKey: 'shipping.create', payload: ofOrder }),
    generateLabel: rabbit.command({
      routingKey: 'shipping.label',
      payload: ({ orderId, shipmentId }) => ({ order_id: orderId, shipment_id: shipmentId }),
    }),
    checkFraud: () => ({}),
    checkAddress: () => ({}),
    generateInvoice: ({ input: { orderId } }) => ({
      invoiceId: `invoice-${orderId}`,
      number: orderId.slice(0, 8),
    }),
    notifyUser: ({ input: { orderId, kind } }) => {
      log.info({ orderId, kind }, 'the customer is told');
      return {};
    },
    // This service has no coupons.
    validateCoupon: () => declined('COUPON_INVALID'),
    applyCoupon: () => declined('COUPON_INVALID'),
    cancelCoupon: () => ({ status: 'not_found' }),
  };
}

const reply = z.object({ type: z.string(), payload: z.object({ payment_id: z.string().optional() }) });

/** Asks the payment service how it answered a command, for where that answer got lost. */
function askPayments(address: string): ProbeFunction<unknown, { paymentId: string }> {
  return async ({ idempotencyKey, signal }) => {
    const url = `${address}/answers/${encodeURIComponent(idempotencyKey)}`;
    const response = await fetch(url, { signal, redirect: 'error' });
    if (response.status === 404) return notLanded();
    if (!response.ok) return cannotSay();
    const { payload } = reply.parse(await response.json());
    return payload.payment_id === undefined ? notLanded() : landed({ paymentId: payload.payment_id });
  };
}
