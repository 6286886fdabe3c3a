import { beforeAll, describe, expect, test } from 'vitest';
import {
  begin,
  type Cause,
  type Decision,
  decide,
  type Envelope,
  isSettled,
  type Json,
  rowKey,
} from '../index.js';
import { allNodes, transitionsOf } from '../machine-nodes.js';
import { topLevelOf } from '../state-value.js';
import type { OrderContext } from './order-context.js';
import { createOrderSaga } from './order-saga.js';
import { type OrderStatus, orderStatus } from './view-order.js';

const saga = createOrderSaga();
const total = { amount: 1999, currency: 'EUR' };
const input = {
  orderId: 'o-1',
  customerId: 'alice',
  items: [{ sku: 'book', quantity: 1 }],
  total,
  payments: [{ method: 'card', token: 'tok', amount: total }],
  // Used or the order fails: whether coupons are given back shows on every way from then on.
  coupons: ['WELCOME'],
  invalidCoupon: 'fail' as const,
};
const news = { paymentId: 'pay-1', amount: total };

/** The two tables of the order lifecycle: from, what happens, to. */
const TABLE: readonly (readonly [OrderStatus, string, OrderStatus])[] = [
  ['CREATED', 'the inventory locks the items', 'RESERVED'],
  ['RESERVED', 'the user clicks pay', 'PAYMENT_PENDING'],
  ['PAYMENT_PENDING', 'the payment succeeds', 'PAID'],
  ['PAID', 'fraud check passed, address valid', 'CONFIRMED'],
  ['CONFIRMED', 'the warehouse has packed', 'SHIPPED'],
  ['SHIPPED', 'the carrier scans', 'IN_TRANSIT'],
  ['CREATED', 'the inventory check fails', 'FAILED'],
  ['RESERVED', 'the payment is declined', 'FAILED'],
  ['PAYMENT_PENDING', 'timeout or payment failure', 'FAILED'],
  ['RESERVED', 'the time to pay passes', 'CANCELLED'],
  ['CREATED', 'the user cancels', 'CANCELLED'],
  ['PAYMENT_PENDING', 'the user cancels', 'CANCELLED'],
  ['PAID', 'the user cancels', 'CANCELLED'],
  ['CONFIRMED', 'the user cancels', 'CANCELLED'],
  ['PAID', 'fraud check fails or address invalid', 'FAILED'],
];
const EDGES = [...new Set(TABLE.map(([from, , to]) => `${from} -> ${to}`))].sort();

const outputs: Readonly<Record<string, Json>> = {
  reserveStock: { reservationId: 'r-1' },
  releaseStock: { status: 'released' },
  commitStock: { status: 'committed' },
  validateCoupon: {},
  applyCoupon: { discount: 0 },
  cancelCoupon: { status: 'cancelled' },
  authorize: { paymentId: 'pay-1' },
  void: { status: 'voided' },
  capture: { paymentId: 'pay-1' },
  refund: { status: 'refunded' },
  checkFraud: {},
  checkAddress: {},
  generateInvoice: { invoiceId: 'i-1', number: '2026-1' },
  notifyWarehouse: {},
  createShipment: { shipmentId: 's-1' },
  generateLabel: { labelId: 'l-1', tracking: 't-1' },
  notifyUser: {},
};
const gatewaySays = [
  { status: 'captured', paymentId: 'pay-1', captured: total },
  { status: 'captured', paymentId: 'pay-1', captured: { amount: 1, currency: 'EUR' } },
  { status: 'declined' },
  { status: 'authorized', paymentId: 'pay-1' },
  { status: 'unknown' },
];

/** Everything that can happen to an order as it stands: every answer of every step, every timer, every event. */
function possibleCauses(envelope: Envelope): Cause[] {
  // Nobody waits for the answers of actions.
  const awaited = envelope.runs.filter(({ role }) => role !== 'action');
  const answers = awaited.flatMap(({ id, visit, step, role }): Cause[] => {
    const answer = (outcome: object) => ({ type: 'answer', id, visit, attempts: 1, outcome }) as Cause;
    if (role === 'probe') {
      const landed = { landed: true, output: outputs[step] };
      return [landed, { landed: false }].map((output) => answer({ kind: 'done', output }));
    }
    const done = step === 'lookupPayment' ? gatewaySays : [outputs[step]];
    const found = step === 'void' ? [{ status: 'already_captured' }] : [];
    const declines = role === 'undo' ? [] : (saga.steps[step]?.declines ?? []);
    const unknown = role === 'undo' ? [] : [answer({ kind: 'unknown', message: 'lost' })];
    return [
      ...[...done, ...found].map((output) => answer({ kind: 'done', output })),
      ...declines.map((code) => answer({ kind: 'declined', code })),
      ...(saga.steps[step]?.probe ? [answer({ kind: 'awaiting' })] : []),
      ...unknown,
    ];
  });
  const timers = envelope.timers.map(({ id, visit }): Cause => ({ type: 'timer', id, visit }));
  const events = [
    { type: 'PAY' },
    { type: 'CANCEL' },
    { type: 'PAYMENT_SUCCEEDED', ...news },
    { type: 'PAYMENT_SUCCEEDED', ...news, paymentId: 'somebody-else' },
    { type: 'PAYMENT_FAILED', ...news },
    { type: 'AUTHORIZATION_EXPIRED', paymentId: 'pay-1' },
    { type: 'WAREHOUSE_PACKED', parcelId: 'x' },
    { type: 'CARRIER_SCANNED', tracking: 't' },
  ].map((event): Cause => ({ type: 'event', messageId: event.type, event, actor: 'test', accepted: false }));
  const overrides = Object.keys(saga.machine.states).flatMap((to) =>
    [false, true].map(
      (force): Cause => ({
        type: 'event',
        messageId: `${to}${force}`,
        event: { type: 'OVERRIDE', to, reason: 'by hand', force },
        actor: 'admin',
        accepted: false,
        override: true,
      }),
    ),
  );
  return [...answers, ...timers, ...events, ...overrides];
}

/** Overrides are decided by state and point of no return alone: each is tried once for each of those. */
function isTriedOverride(tried: Set<string>, before: Envelope, cause: Cause): boolean {
  if (cause.type !== 'event' || !cause.override) return false;
  const key = JSON.stringify([before.snapshot.value, before.pivoted, cause.event]);
  if (tried.has(key)) return true;
  tried.add(key);
  return false;
}

/** What makes two orders behave alike; a run's visit, times and the like don't. */
function signature({
  snapshot,
  obligations,
  runs,
  deferred,
  parked,
  timers,
  compensation,
}: Envelope): string {
  const { payments, asking, verifying } = snapshot.context as unknown as OrderContext;
  return JSON.stringify([
    snapshot.value,
    payments.map(({ status, paymentId }) => [status, paymentId]),
    [asking, verifying],
    obligations.map((one) => [one.kind, one.certainty, one.probed ?? false, one.wasCertain ?? false]).sort(),
    runs
      .filter(({ role }) => role !== 'action')
      .map((run) => [run.id, run.left, run.awaiting, run.parked])
      .sort(),
    deferred.map(({ event }) => event.type).sort(),
    parked.map(({ code }) => code).sort(),
    timers.map(({ id }) => id),
    compensation !== undefined,
  ]);
}

/** One thing that happened to an order on the walk. */
interface Walked {
  readonly before: Envelope;
  readonly cause: Cause;
  readonly after: Decision;
}

const statusOf = (envelope: Envelope) => orderStatus(envelope.snapshot.value);
const stateOf = (envelope: Envelope) => JSON.stringify(envelope.snapshot.value);

/** What must hold of everything that can happen; each says what is wrong, or nothing. */
const rules = {
  'FAILED, CANCELLED and IN_TRANSIT are never left': ({ before, after }: Walked) => {
    const [from, to] = [statusOf(before), statusOf(after.envelope)];
    return ['FAILED', 'CANCELLED', 'IN_TRANSIT'].includes(from) && to !== from && `${from} -> ${to}`;
  },
  'a settled order keeps money, stock and coupons in IN_TRANSIT, and nothing in FAILED and CANCELLED': ({
    after,
  }: Walked) => {
    const { envelope } = after;
    if (!isSettled(saga, envelope)) return false;
    const open = envelope.obligations
      .filter(({ certainty }) => certainty !== 'closed')
      .map(({ kind }) => kind);
    const expected = statusOf(envelope) === 'IN_TRANSIT' ? 'coupon.used,payment.captured,stock.sold' : '';
    return open.sort().join() !== expected && `${statusOf(envelope)} keeps ${open.join()}`;
  },
  'it parks only where a step after the point of no return, or the invoice, is lost': ({ after }: Walked) => {
    const lost = /^(generateInvoice|commitStock|createShipment|generateLabel):/;
    const other = after.envelope.parked.find(
      ({ code, key }) => code !== 'STEP_ERROR_UNHANDLED' || !lost.test(key ?? ''),
    );
    return other && `${other.code} ${other.key}`;
  },
  'what is not settled has a step in flight, a timer, or is parked': ({ after: { envelope } }: Walked) => {
    const alive = envelope.runs.length + envelope.timers.length + envelope.parked.length > 0;
    return !alive && !isSettled(saga, envelope) && stateOf(envelope);
  },
  'every event is handled, deferred, or ignored on purpose in every state': ({
    before,
    cause,
    after,
  }: Walked) =>
    cause.type === 'event' &&
    cause.override === undefined &&
    after.reason === 'NOT_HANDLED' &&
    `${cause.event.type} in ${stateOf(before)}`,
  'an override goes along an edge, never to RESERVED or PAID, never after the point of no return': ({
    before,
    cause,
    after,
  }: Walked) => {
    if (cause.type !== 'event' || !cause.override || after.outcome !== 'applied') return false;
    const [from, to] = [statusOf(before), String(cause.event['to'])];
    const allowed = EDGES.includes(`${from} -> ${to}`) && !['RESERVED', 'PAID'].includes(to);
    return (!allowed || before.pivoted) && `${from} -> ${to}`;
  },
  'an undo has a key of its own for each time that its obligation was opened': ({ after }: Walked) => {
    const undo = after.effects.find((effect) => effect.type === 'runStep' && effect.role === 'undo');
    if (undo?.type !== 'runStep') return false;
    const target = after.envelope.runs.find(({ id, visit }) => rowKey(id, visit) === undo.key)?.target ?? '';
    const opened = after.envelope.obligations.find((one) => `${one.kind}:${one.instance}` === target)?.opened;
    return undo.idempotencyKey !== `o-1:undo:${target}:${opened}` && undo.idempotencyKey;
  },
};

type Rule = keyof typeof rules;

/** Walks every order that can be, up to likeness: what was found against the rules, and the edges that were taken. */
function walk() {
  const broken = new Map<Rule, Set<string>>();
  const edges = new Set<string>();
  const tried = new Set<string>();
  const first = begin(saga, { sagaId: 'o-1', input, at: 0, actor: 'test' });
  const seen = new Set([signature(first.envelope)]);
  const open = [first.envelope];
  for (let before = open.pop(); before; before = open.pop()) {
    for (const cause of possibleCauses(before)) {
      if (isTriedOverride(tried, before, cause)) continue;
      const after = decide(saga, before, cause, 1);
      for (const { from, to } of after.history) {
        if (from !== null && orderStatus(from) !== orderStatus(to))
          edges.add(`${orderStatus(from)} -> ${orderStatus(to)}`);
      }
      for (const [rule, check] of Object.entries(rules) as [Rule, (walked: Walked) => unknown][]) {
        const wrong = check({ before, cause, after });
        if (wrong) broken.set(rule, (broken.get(rule) ?? new Set()).add(String(wrong)));
      }
      const mark = signature(after.envelope);
      // Deferred news acts as the same news does that comes later; the click and the money stand for all.
      const waiting = after.envelope.deferred.map(({ event }) => event.type);
      if (
        seen.has(mark) ||
        waiting.length > 1 ||
        !waiting.every((type) => /^PAY(MENT_SUCCEEDED)?$/.test(type))
      )
        continue;
      seen.add(mark);
      open.push(after.envelope);
    }
  }
  return { broken, edges: [...edges].sort(), orders: seen.size };
}

describe('the order machine', () => {
  test('has exactly the edges of both tables between its top-level states', () => {
    const written = allNodes(saga.machine).flatMap((node) =>
      transitionsOf(node).flatMap(({ target }) =>
        (target ?? []).map((to) => [topLevelOf(node), topLevelOf(to)]),
      ),
    );
    const edges = written.filter(([from, to]) => from !== to).map(([from, to]) => `${from} -> ${to}`);
    expect([...new Set(edges)].sort()).toEqual(EDGES);
  });

  describe('whatever happens in whatever order', () => {
    let walked: ReturnType<typeof walk>;
    beforeAll(() => {
      walked = walk();
    }, 120_000);

    test('takes every edge of the tables, and no other', () => {
      expect(walked.orders).toBeGreaterThan(1_000);
      expect(walked.edges).toEqual(EDGES);
    });

    test.each(Object.keys(rules) as Rule[])('%s', (rule) => {
      expect([...(walked.broken.get(rule) ?? [])]).toEqual([]);
    });
  });
});
