import { assign } from 'xstate';
import { capturedPayments } from './order-context.js';
import { appliedCoupons } from './order-coupons.js';
import { cancelByCustomer, cancelByHand, failBecause, failByHand, type OrderSetup } from './order-setup.js';

/** What can't matter any more once the money is there: a repeated click, a decline that was overtaken. */
const oldNews = { PAY: {}, PAYMENT_SUCCEEDED: {}, PAYMENT_FAILED: {}, AUTHORIZATION_EXPIRED: {} } as const;

/** PAID: the money has arrived; fraud and address are checked. */
export function paidState(order: OrderSetup) {
  return order.createStateConfig({
    entry: order.emit(({ context: { orderId } }) => ({ type: 'ORDER_PAID', orderId })),
    on: {
      ...oldNews,
      CANCEL: cancelByCustomer,
      OVERRIDE: [
        failByHand,
        cancelByHand,
        // The checks go by themselves; only force goes past them.
        { guard: { type: 'isForcedTo', params: 'CONFIRMED' }, target: '#order.CONFIRMED' },
      ],
    },
    initial: 'checkingFraud',
    states: {
      checkingFraud: {
        invoke: {
          id: 'checkFraud',
          src: 'checkFraud',
          input: ({ context: { orderId, total } }) => ({ orderId, total }),
          onDone: 'checkingAddress',
          onError: {
            target: '#order.FAILED',
            actions: failBecause({ unknown: 'SYSTEM_ERROR', declined: 'FRAUD_CHECK_FAILED' }),
          },
        },
      },
      checkingAddress: {
        invoke: {
          id: 'checkAddress',
          src: 'checkAddress',
          input: ({ context: { orderId } }) => ({ orderId }),
          onDone: '#order.CONFIRMED',
          onError: {
            target: '#order.FAILED',
            actions: failBecause({ unknown: 'SYSTEM_ERROR', declined: 'ADDRESS_INVALID' }),
          },
        },
      },
    },
  });
}

/** CONFIRMED: the invoice is written, the warehouse packs. The last state from which a cancel leads back. */
export function confirmedState(order: OrderSetup) {
  return order.createStateConfig({
    entry: [
      order.emit(({ context: { orderId, items } }) => ({ type: 'ORDER_CONFIRMED', orderId, items })),
      {
        type: 'notifyWarehouse',
        params: ({ context: { orderId, items } }) => ({ orderId, items: [...items] }),
      },
    ],
    on: {
      ...oldNews,
      CANCEL: cancelByCustomer,
      OVERRIDE: [
        cancelByHand,
        { guard: { type: 'isForcedTo', params: 'SHIPPED' }, target: '#order.SHIPPED' },
      ],
    },
    initial: 'invoicing',
    states: {
      invoicing: {
        invoke: {
          id: 'generateInvoice',
          src: 'generateInvoice',
          input: ({ context: { orderId, total } }) => ({ orderId, total }),
          onDone: {
            target: 'awaitingPacking',
            actions: assign({
              invoice: ({ event }) => event.output,
            }),
          },
        },
      },
      awaitingPacking: {
        after: {
          OVERDUE: {
            target: 'awaitingPacking',
            reenter: true,
            actions: order.emit(({ context: { orderId } }) => ({
              type: 'ORDER_OVERDUE',
              orderId,
              waitingFor: 'warehouse',
            })),
          },
        },
        on: {
          WAREHOUSE_PACKED: {
            target: '#order.SHIPPED',
            actions: assign({ parcelId: ({ event }) => event.parcelId }),
          },
          OVERRIDE: [{ guard: { type: 'isTo', params: 'SHIPPED' }, target: '#order.SHIPPED' }, cancelByHand],
        },
      },
    },
  });
}

/** SHIPPED: from the commit of the stock on there is no way back, only forward. */
export function shippedState(order: OrderSetup) {
  return order.createStateConfig({
    entry: order.emit(({ context: { orderId } }) => ({ type: 'ORDER_SHIPPED', orderId })),
    on: { ...oldNews, CANCEL: {}, WAREHOUSE_PACKED: {} },
    initial: 'committingStock',
    states: {
      committingStock: {
        invoke: {
          id: 'commitStock',
          src: 'commitStock',
          input: ({ context: { orderId } }) => ({ orderId }),
          onDone: 'creatingShipment',
        },
      },
      creatingShipment: {
        invoke: {
          id: 'createShipment',
          src: 'createShipment',
          input: ({ context: { orderId } }) => ({ orderId }),
          onDone: {
            target: 'labelling',
            actions: assign({ shipmentId: ({ event }) => event.output.shipmentId }),
          },
        },
      },
      labelling: {
        invoke: {
          id: 'generateLabel',
          src: 'generateLabel',
          input: ({ context: { orderId, shipmentId } }) => ({ orderId, shipmentId: shipmentId ?? '' }),
          onDone: {
            target: 'awaitingScan',
            actions: assign({
              label: ({ event }) => ({ labelId: event.output.labelId }),
              tracking: ({ event }) => event.output.tracking,
            }),
          },
        },
      },
      awaitingScan: {
        after: {
          OVERDUE: {
            target: 'awaitingScan',
            reenter: true,
            actions: order.emit(({ context: { orderId } }) => ({
              type: 'ORDER_OVERDUE',
              orderId,
              waitingFor: 'carrier',
            })),
          },
        },
        on: { CARRIER_SCANNED: '#order.IN_TRANSIT' },
      },
    },
  });
}

/** IN_TRANSIT: the end of a success. Money and goods stay where they are. */
export function inTransitState(order: OrderSetup) {
  return order.createStateConfig({
    tags: 'rest',
    // #region keeps
    meta: {
      keeps: [
        'stock.sold',
        { kind: 'payment.captured', instance: ({ context }) => capturedPayments(context) },
        { kind: 'coupon.used', instance: ({ context }) => appliedCoupons(context) },
      ],
    },
    // #endregion keeps
    entry: [
      order.emit(({ context: { orderId, tracking } }) => ({
        type: 'ORDER_IN_TRANSIT',
        orderId,
        ...(tracking !== undefined && { tracking }),
      })),
      { type: 'notifyUser', params: ({ context: { orderId } }) => ({ orderId, kind: 'on_its_way' }) },
    ],
    on: { ...oldNews, CANCEL: {}, WAREHOUSE_PACKED: {}, CARRIER_SCANNED: {} },
  });
}
