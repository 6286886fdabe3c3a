import { performance } from 'node:perf_hooks';
import { begin, type Cause, decide, type Effect, type Envelope } from '@countermand/saga-core';
import { createOrderSaga } from '@countermand/saga-core/order';

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

function measure(label: string, through: (envelope: Envelope) => Envelope): void {
  const causes = findCauses();
  let transitions = 0;
  let state: unknown;
  const run = (forMs: number) => {
    transitions = 0;
    const startedAt = performance.now();
    for (let n = 0; performance.now() - startedAt < forMs; n += 1) {
      let { envelope } = start(n);
      for (const cause of causes) ({ envelope } = decide(saga, through(envelope), cause, 0));
      transitions += causes.length + 1;
      state = envelope.snapshot.value;
    }
    return transitions / ((performance.now() - startedAt) / 1000);
  };
  run(1_000);
  const cpu = process.cpuUsage();
  const perSecond = run(3_000);
  const { user } = process.cpuUsage(cpu);
  const perCpuSecond = transitions / (user / 1e6);
  process.stdout.write(
    `${label}: ${Math.round(perSecond)} transitions/s, ${Math.round(perCpuSecond)} per CPU second, ` +
      `${causes.length + 1} each to ${JSON.stringify(state)}\n`,
  );
}

/** How fast decisions are by themselves: `node src/decide-speed.ts`. */
measure('snapshots in memory', (envelope) => envelope);
measure('snapshots through JSON', (envelope) => JSON.parse(JSON.stringify(envelope)) as Envelope);
