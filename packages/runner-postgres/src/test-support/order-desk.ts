import { type AdaptersFor, landed, later } from '@countermand/saga-core';
import { createOrderSaga, type OrderSaga } from '@countermand/saga-core/order';

/** The order saga with waits that a test outlives only on purpose. */
export const order: OrderSaga = createOrderSaga({ undoRetry: { attempts: 3, initialDelayMs: 20 } });

export const orderInput = {
  orderId: 'o-1',
  customerId: 'alice',
  items: [{ sku: 'book', quantity: 1 }],
  total: { amount: 1_999, currency: 'EUR' },
  payments: [{ method: 'card', amount: { amount: 1_999, currency: 'EUR' } }],
};

/** News of the gateway that the order's payment was captured. */
export const paid = {
  type: 'PAYMENT_SUCCEEDED',
  paymentId: 'gw-1',
  amount: { amount: 1_999, currency: 'EUR' },
} as const;

/** How the participants of an order answer. */
export interface DeskOptions {
  readonly captures?: 'at once' | 'by news';
  readonly fraud?: 'waits';
}

/** The participants of an order, and what they have done. */
interface OrderDesk {
  readonly adapters: AdaptersFor<OrderSaga>;
  /** How often a step was carried out, for one order or for all. */
  count(step: string, orderId?: string): number;
}

/** The participants of orders: they count what they did, and answer at once but where they are told to wait. */
export function orderDesk(options: DeskOptions = {}): OrderDesk {
  const done: { readonly what: string; readonly orderId: string }[] = [];
  const count = (step: string, id?: string) =>
    done.filter(({ what, orderId }) => what === step && (id === undefined || orderId === id)).length;
  const did =
    <Answer>(what: string, answer: Answer | ((orderId: string) => Answer)) =>
    ({ input: { orderId } }: { readonly input: { readonly orderId: string } }): Answer => {
      done.push({ what, orderId });
      return answer instanceof Function ? answer(orderId) : answer;
    };
  const payment = { paymentId: 'gw-1' };
  const adapters: AdaptersFor<OrderSaga> = {
    reserveStock: did('reserveStock', { reservationId: 'r' }),
    releaseStock: did('releaseStock', { status: 'released' as const }),
    commitStock: did('commitStock', { status: 'committed' as const }),
    validateCoupon: did('validateCoupon', {}),
    applyCoupon: did('applyCoupon', { discount: 0 }),
    cancelCoupon: did('cancelCoupon', { status: 'cancelled' as const }),
    authorize: { run: did('authorize', payment), probe: () => Promise.resolve(landed(payment)) },
    capture: {
      run: did('capture', () => (options.captures === 'by news' ? later() : payment)),
      probe: () => Promise.resolve(landed(payment)),
    },
    void: did('void', (id) => ({
      status: count('capture', id) > 0 ? ('already_captured' as const) : ('voided' as const),
    })),
    refund: did('refund', { status: 'refunded' as const, refundId: 'r-1' }),
    lookupPayment: did('lookupPayment', {
      ...{ status: 'captured' as const, captured: paid.amount },
      ...payment,
    }),
    checkFraud: did('checkFraud', () => (options.fraud === 'waits' ? later() : {})),
    checkAddress: did('checkAddress', {}),
    generateInvoice: did('generateInvoice', { invoiceId: 'i', number: '1' }),
    notifyWarehouse: did('notifyWarehouse', {}),
    createShipment: did('createShipment', { shipmentId: 's' }),
    generateLabel: did('generateLabel', { labelId: 'l', tracking: 't' }),
    notifyUser: did('notifyUser', {}),
  };
  return { adapters, count };
}
