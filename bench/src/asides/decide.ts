import { performance } from 'node:perf_hooks';
import { begin, type Cause, decide, type Effect, type Envelope } from '@countermand/saga-core';
import { createOrderSaga } from '@countermand/saga-core/order';
import { answerAside, asideInput } from '../run-aside.ts';

/** Transitions of the order machine. */
export interface DecideSpeed {
  /** Snapshots stay in memory, as they do between the steps that one worker follows up. */
  readonly perSecond: number;
  /** Every snapshot goes through JSON, as one does that is read from the database. */
  readonly perSecondThroughJson: number;
  /** Of one order. */
  readonly transitions: number;
}

const saga = createOrderSaga();
const money = { amount: 1_999, currency: 'EUR' };

/** What the participants of an order answer when all goes well. */
const answers: Readonly<Record<string, object>> = {
  reserveStock: { reservationId: 'r-1' },
  authorize: { paymentId: 'gw-1' },
  capture: { paymentId: 'gw-1' },
  commitStock: { status: 'committed' },
  checkFraud: {},
  checkAddress: {},
  generateInvoice: { invoiceId: 'i-1', number: '1' },
  notifyWarehouse: {},
  createShipment: { shipmentId: 's-1' },
  generateLabel: { labelId: 'l-1', tracking: 't-1' },
  notifyUser: {},
};
/** Events that people send while an order waits. */
const events = ['PAY', 'WAREHOUSE_PACKED', 'CARRIER_SCANNED'] as const;

/** What moves one order from its start to its end, found once: later orders take the same way. */
function findCauses(): Cause[] {
  const causes: Cause[] = [];
  let { envelope, effects } = start(0);
  const open: Effect[] = [...effects];
  for (let sent = 0; sent < 20; ) {
    const next = open.shift();
    if (next?.type === 'runStep') {
      const outcome = { kind: 'done' as const, output: answers[next.step] };
      causes.push({ type: 'answer', id: next.id, visit: next.visit, attempts: 1, outcome });
    } else if (next === undefined) {
      const type = events[sent % events.length] ?? 'PAY';
      sent += 1;
      const cause = {
        type: 'event' as const,
        messageId: `m${sent}`,
        event: { type },
        actor: 'a',
        accepted: false,
      };
      if (decide(saga, envelope, cause, 0).outcome !== 'applied') continue;
      causes.push(cause);
    } else continue;
    const cause = causes.at(-1);
    if (!cause) continue;
    ({ envelope, effects } = decide(saga, envelope, cause, 0));
    open.push(...effects);
  }
  return causes;
}

function start(n: number) {
  const orderId = `order-${n}`;
  const items = [{ sku: 'book', quantity: 1 }];
  const payments = [{ method: 'card', token: 't', amount: money }];
  const input = { orderId, customerId: 'alice', items, total: money, payments };
  return begin(saga, { sagaId: orderId, input, at: 0, actor: 'customer' });
}

/** Per second that this thread had a core: who else wants one doesn't matter. */
function measure(
  causes: readonly Cause[],
  seconds: number,
  through: (envelope: Envelope) => Envelope,
): number {
  const run = (forMs: number) => {
    let transitions = 0;
    const before = process.threadCpuUsage();
    for (const endsAt = performance.now() + forMs; performance.now() < endsAt; ) {
      let { envelope } = start(transitions);
      for (const cause of causes) ({ envelope } = decide(saga, through(envelope), cause, 0));
      transitions += causes.length + 1;
    }
    const { user, system } = process.threadCpuUsage(before);
    return (transitions * 1e6) / (user + system);
  };
  run(1_000);
  return run(seconds * 1_000);
}

const causes = findCauses();
const { seconds } = asideInput<{ seconds: number }>();
answerAside({
  perSecond: measure(causes, seconds, (envelope) => envelope),
  perSecondThroughJson: measure(
    causes,
    seconds,
    (envelope) => JSON.parse(JSON.stringify(envelope)) as Envelope,
  ),
  transitions: causes.length + 1,
} satisfies DecideSpeed);
