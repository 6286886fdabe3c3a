import { stepFailure } from '../step.js';
import { paymentOf } from './order-context.js';
import { cancelByCustomer, cancelByHand, DECLINED, failByHand, type OrderSetup } from './order-setup.js';

/** CREATED: the inventory is asked to hold the items. */
export function createdState(order: OrderSetup) {
  return order.createStateConfig({
    entry: order.emit(({ context: { orderId, customerId } }) => ({
      type: 'ORDER_CREATED',
      orderId,
      customerId,
    })),
    invoke: {
      id: 'reserveStock',
      src: 'reserveStock',
      input: ({ context: { orderId, items } }) => ({ orderId, items: [...items] }),
      onDone: '#order.RESERVED',
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
    on: { CANCEL: cancelByCustomer, AUTHORIZATION_EXPIRED: {}, OVERRIDE: [failByHand, cancelByHand] },
  });
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
