import {
  type AnySaga,
  begin,
  type Cause,
  decide,
  type Envelope,
  type HistoryEntry,
} from '@countermand/saga-core';
import { createOrderSaga } from '@countermand/saga-core/order';
import { createTestRunner } from '@countermand/saga-core/testing';
import { answerAside, asideInput } from '../run-aside.ts';

/** What one core does of `decide`, with the order machine. */
export interface DecideSpeed {
  readonly perSecond: number;
  /** Transitions of one order. */
  readonly transitions: number;
}

const total = { amount: 1_999, currency: 'EUR' };
const input = {
  orderId: 'order-1',
  customerId: 'alice',
  items: [{ sku: 'book', quantity: 1 }],
  total,
  payments: [{ method: 'card', amount: total }],
};
const EVENTS = [
  { type: 'PAY' },
  { type: 'WAREHOUSE_PACKED', parcelId: 'p-1' },
  { type: 'CARRIER_SCANNED', tracking: 't-1' },
];
const saga = createOrderSaga();

/** The history of an order that is placed, paid and sent. */
async function historyOfOrder(): Promise<readonly HistoryEntry[]> {
  const payment = { paymentId: 'gw-1' };
  const noProbe = async () => ({ kind: 'cannotSay' }) as never;
  const runner = createTestRunner({
    sagas: [saga],
    adapters: {
      reserveStock: () => ({ reservationId: 'r-1' }),
      releaseStock: () => ({ status: 'released' as const }),
      commitStock: () => ({ status: 'committed' as const }),
      authorize: { run: () => payment, probe: noProbe },
      capture: { run: () => payment, probe: noProbe },
      void: () => ({ status: 'voided' as const }),
      refund: () => ({ status: 'refunded' as const, refundId: 'f-1' }),
      lookupPayment: () => ({ status: 'captured' as const, paymentId: 'gw-1', captured: total }),
      checkFraud: () => ({}),
      checkAddress: () => ({}),
      generateInvoice: () => ({ invoiceId: 'i-1', number: '1' }),
      notifyWarehouse: () => ({}),
      createShipment: () => ({ shipmentId: 's-1' }),
      generateLabel: () => ({ labelId: 'l-1', tracking: 't-1' }),
      notifyUser: () => ({}),
    },
  });
  await runner.start(saga, input, { id: input.orderId });
  await runner.settle();
  for (const event of EVENTS) {
    await runner.send(input.orderId, event);
    await runner.settle();
  }
  const order = await runner.get(input.orderId);
  if (!order?.settled) throw new Error(`the order ended in ${JSON.stringify(order?.state)}`);
  return await runner.history(input.orderId);
}

/** Decides the whole order once. The envelope goes through JSON nowhere: that is the store's part. */
function replay(history: readonly HistoryEntry[]): number {
  let envelope: Envelope | undefined;
  let transitions = 0;
  for (const { at, actor, cause } of history) {
    if (!cause) continue;
    envelope =
      cause.type === 'start' || !envelope
        ? begin(saga as AnySaga, { sagaId: input.orderId, input, at, actor }).envelope
        : decide(saga as AnySaga, envelope, cause as Cause, at).envelope;
    transitions += 1;
  }
  return transitions;
}

const { seconds } = asideInput<{ seconds: number }>();
const history = await historyOfOrder();
for (const endsAt = performance.now() + 1_000; performance.now() < endsAt; ) replay(history);
// By the time that this thread had a core, so that it doesn't matter who else wants one.
const before = process.threadCpuUsage();
let transitions = 0;
for (const endsAt = performance.now() + seconds * 1_000; performance.now() < endsAt; ) {
  transitions += replay(history);
}
const { user, system } = process.threadCpuUsage(before);
answerAside({
  perSecond: (transitions * 1e6) / (user + system),
  transitions: history.filter(({ cause }) => cause).length,
} satisfies DecideSpeed);
