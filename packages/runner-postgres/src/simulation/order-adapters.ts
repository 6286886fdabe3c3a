import { type AdaptersFor, cannotSay, declined, isLater, landed, notLanded } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import { gatewayId } from './books.js';
import type { Flaw } from './flaw.js';
import type { Remote } from './remote.js';
import type { Shop } from './shop.js';
import type { SimProcess } from './sim-process.js';

/** What the adapters of one worker are made of. */
export interface AdapterParts {
  readonly process: SimProcess;
  readonly remote: Remote;
  readonly shop: Shop;
  readonly flaw: Flaw | undefined;
}

interface Call {
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly input: { readonly orderId: string };
}

/** The order saga's adapters, as a worker has them: every call goes over the simulated network. */
export function orderAdapters({ process, remote, shop, flaw }: AdapterParts): AdaptersFor<OrderSaga> {
  const { books } = shop;
  const keyOf = ({ idempotencyKey, attempt }: Call) =>
    flaw === 'key-per-attempt' ? `${idempotencyKey}#${attempt}` : idempotencyKey;
  const at = (to: 'inventory' | 'payments' | 'others') => {
    return <Answer>(name: string, call: Call, act: () => Answer) =>
      remote.call(process, to, name, () => books.once(keyOf(call), name, call.input.orderId, act));
  };
  const inventory = at('inventory');
  const payments = at('payments');
  const others = at('others');
  const bookOf = ({ input }: { readonly input: { orderId: string; payment: string } }) =>
    shop.payment(input.orderId, input.payment);

  return {
    reserveStock: (call) =>
      inventory('reserveStock', call, () => books.reserve(call.input.orderId, call.input.items)),
    releaseStock: async (call) => {
      const release = () => inventory('releaseStock', call, () => books.release(call.input.orderId));
      if (flaw !== 'undo-answered-before-it-is-done') return await release();
      void release().catch(() => undefined);
      return { status: 'released' };
    },
    commitStock: (call) => inventory('commitStock', call, () => books.commit(call.input.orderId)),
    validateCoupon: (call) => others('validateCoupon', call, () => ({})),
    applyCoupon: (call) => others('applyCoupon', call, () => ({ discount: 0 })),
    cancelCoupon: (call) => others('cancelCoupon', call, () => ({ status: 'cancelled' })),
    authorize: {
      run: async (call) => {
        const work = payments(`authorize ${call.input.payment}`, call, () => shop.authorize(bookOf(call)));
        return flaw === 'timeout-taken-for-a-no'
          ? await work.catch(() => declined('CARD_DECLINED'))
          : await work;
      },
      probe: ({ input }) =>
        remote.call(process, 'payments', 'probe authorize', () => {
          const payment = bookOf({ input });
          const isThere = payment.status !== 'none' && payment.status !== 'declined';
          return isThere ? landed({ paymentId: gatewayId(payment) }) : notLanded();
        }),
    },
    capture: {
      run: async (call) => {
        const payment = bookOf(call);
        const name = `capture ${call.input.payment}`;
        const answer = await payments(name, call, () => books.capture(payment));
        return isLater(answer) && payment.status === 'captured' ? { paymentId: gatewayId(payment) } : answer;
      },
      probe: ({ input }) =>
        remote.call(process, 'payments', 'probe capture', () => {
          const payment = bookOf({ input });
          if (payment.isPending) return cannotSay();
          return payment.captured > payment.refunded
            ? landed({ paymentId: gatewayId(payment) })
            : notLanded();
        }),
    },
    void: (call) => payments(`void ${call.input.payment}`, call, () => books.void(bookOf(call))),
    refund: (call) => {
      const name = `refund ${call.input.payment}`;
      const idempotencyKey =
        flaw === 'refund-key-reused'
          ? `refund ${call.input.orderId} ${call.input.payment}`
          : call.idempotencyKey;
      const made = { key: keyOf({ ...call, idempotencyKey }), answerTo: call.idempotencyKey };
      return payments(name, { ...call, idempotencyKey }, () => books.refund(bookOf(call), made));
    },
    lookupPayment: (call) =>
      remote.call(process, 'payments', 'lookupPayment', () => books.look(bookOf(call))),
    checkFraud: (call) =>
      others('checkFraud', call, () =>
        shop.isFraud(call.input.orderId) ? declined('FRAUD_CHECK_FAILED') : {},
      ),
    checkAddress: (call) =>
      others('checkAddress', call, () =>
        shop.isNowhere(call.input.orderId) ? declined('ADDRESS_INVALID') : {},
      ),
    generateInvoice: (call) => others('generateInvoice', call, () => ({ invoiceId: 'i-1', number: '1' })),
    notifyWarehouse: (call) =>
      others('notifyWarehouse', call, () => {
        shop.pack(call.input.orderId);
        return {};
      }),
    createShipment: (call) =>
      others('createShipment', call, () => ({ shipmentId: `s-${call.input.orderId}` })),
    generateLabel: (call) =>
      others('generateLabel', call, () => {
        shop.scan(call.input.orderId);
        return { labelId: 'l-1', tracking: `t-${call.input.orderId}` };
      }),
    notifyUser: (call) => others(`notifyUser ${call.input.kind}`, call, () => ({})),
  };
}
