import fc from 'fast-check';
import { describe, expect, test as it } from 'vitest';
import { createOrderSaga, type OrderStatus, orderStatus } from './order/index.js';
import { randomMachines, sagaOfRandom } from './test-support/check-corpus/random-machine.js';
import { type Choice, RandomWalk, type Walkable } from './test-support/random-walk.js';
import { booking } from './testing/conformance/booking-saga.js';
import { group } from './testing/conformance/group-saga.js';
import { pair } from './testing/conformance/pair-saga.js';

const reference = { reference: 'r' };
const outputs = { reserve: reference, authorize: reference, capture: reference, notify: null };
const types = ['PAY', 'CANCEL', 'ISSUE', 'PRINT', 'RESTART', 'AGAIN', 'TRY', 'SHRUG', 'GRUMBLE', 'TRIP'];

/** Money comes while a seat is being reserved; the answer breaks its schema, and nobody looks for twenty seconds. */
const moneyBeforeAPause: Choice[] = [
  [3, 30, 0],
  [0, 0, 7],
  ...[6, 4, 8, 7, 9, 8, 9, 7, 2].map((how): Choice => [0, 0, how]),
];

const walks: readonly (Walkable & { readonly kept: RegExp; readonly examples?: [Choice[]][] })[] = [
  {
    saga: booking,
    input: { seat: 'A1' },
    outputs,
    endings: [{ type: 'CANCEL' }],
    events: [
      ...types.map((type) => ({ type })),
      { type: 'PAY' },
      { type: 'CANCEL' },
      { type: 'NOTE', text: 'hello' },
      { type: 'NOTE', text: 'unwelcome' },
      { type: 'PAYMENT_CAME', reference: 'x' },
      { type: 'UNHEARD_OF' },
    ],
    kept: /^BOOKED$/,
    examples: [[moneyBeforeAPause]],
  },
  {
    saga: group,
    input: { seats: ['A', 'B', 'C'] },
    outputs,
    endings: [{ type: 'UNDO' }],
    events: [{ type: 'CLOSE' }, { type: 'UNDO' }, { type: 'DROP', seat: 'A' }, { type: 'DROP', seat: 'B' }],
    kept: /^CLOSED$/,
  },
  {
    saga: pair,
    input: null,
    outputs,
    endings: [{ type: 'FORGET' }],
    events: [{ type: 'FORGET' }],
    kept: /^\{"both"/,
  },
];

/** More of them: `COUNTERMAND_WALKS=5000 npm test -- decide.properties`; each run has a seed of its own. */
const numRuns = Number(process.env['COUNTERMAND_WALKS'] ?? 300);

const choices: fc.Arbitrary<Choice[]> = fc.array(
  fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 31 }), fc.nat({ max: 9 })),
  { minLength: 1, maxLength: 60 },
);

describe.each(walks.map((walk) => [walk.saga.name, walk] as const))(
  'whatever happens to a %s',
  (_name, walk) => {
    it('its books hold, its history has no gap, and replaying it gives what is stored', () => {
      fc.assert(
        fc.property(choices, (made) => {
          const saga = new RandomWalk(walk);
          for (const choice of made) saga.step(choice);
          expect(saga.replay()).toEqual(saga.envelope);
        }),
        { numRuns },
      );
    });

    it('it comes to rest when all is well again, and nothing is left in the world that its end does not keep', () => {
      fc.assert(
        fc.property(choices, (made) => {
          const saga = new RandomWalk(walk);
          for (const choice of made) saga.step(choice);
          saga.finish();
          const { value } = saga.envelope.snapshot;
          const state = typeof value === 'string' ? value : JSON.stringify(value);
          expect(walk.kept.test(state) ? [] : [...saga.world.open]).toEqual([]);
        }),
        { numRuns, ...(walk.examples && { examples: walk.examples }) },
      );
    });
  },
);

const amount = { amount: 1_999, currency: 'EUR' };
const news = { paymentId: 'gw-p1', amount };
const fulfilled = [
  { type: 'PAY' },
  { type: 'WAREHOUSE_PACKED', parcelId: 'p' },
  { type: 'CARRIER_SCANNED', tracking: 't' },
];
const order: Walkable = {
  saga: createOrderSaga(),
  input: {
    orderId: 's',
    customerId: 'c',
    items: [{ sku: 'book', quantity: 1 }],
    total: amount,
    payments: [{ method: 'card', amount }],
    coupons: ['WELCOME'],
  },
  outputs: {
    reserveStock: { reservationId: 'r' },
    releaseStock: { status: 'released' },
    commitStock: { status: 'committed' },
    validateCoupon: {},
    applyCoupon: { discount: 0 },
    cancelCoupon: { status: 'cancelled' },
    authorize: { paymentId: 'gw-p1' },
    capture: { paymentId: 'gw-p1' },
    void: { status: 'voided' },
    refund: { status: 'refunded' },
    lookupPayment: { status: 'captured', paymentId: 'gw-p1', captured: amount },
    checkFraud: {},
    checkAddress: {},
    generateInvoice: { invoiceId: 'i', number: '1' },
    notifyWarehouse: {},
    createShipment: { shipmentId: 's' },
    generateLabel: { labelId: 'l', tracking: 't' },
    notifyUser: {},
  },
  events: [
    ...fulfilled,
    { type: 'CANCEL' },
    { type: 'PAYMENT_SUCCEEDED', ...news },
    { type: 'PAYMENT_FAILED', ...news },
    { type: 'PAYMENT_SUCCEEDED', ...news, paymentId: 'nobody' },
    { type: 'AUTHORIZATION_EXPIRED', paymentId: 'gw-p1' },
    { type: 'xstate.done.actor.capture.payment', actorId: 'capture.p1', output: { paymentId: 'forged' } },
    { type: 'xstate.after.PAYMENT_TIMEOUT.order.PAYMENT_PENDING' },
    { type: 'UNHEARD_OF' },
  ],
  endings: [...fulfilled, { type: 'CANCEL' }],
};

/** What an order that is over holds. Coupons are used by success alone. */
const KEPT: Partial<Record<OrderStatus, RegExp>> = {
  IN_TRANSIT: /^(coupon\.used:WELCOME )?payment\.captured:p1 stock\.sold:s$/,
  FAILED: /^$/,
  CANCELLED: /^$/,
};

describe('whatever happens to an order', () => {
  const openOf = ({ envelope }: RandomWalk) =>
    envelope.obligations.flatMap(({ certainty, kind, instance }) =>
      certainty === 'closed' ? [] : `${kind}:${instance}`,
    );

  it('it comes to an end, which it never leaves, and holds what that end keeps and nothing else', () => {
    const ends = new Set<OrderStatus>();
    fc.assert(
      fc.property(choices, (made) => {
        const walk = new RandomWalk(order);
        for (const choice of made) walk.step(choice);
        walk.finish();
        const end = orderStatus(walk.envelope.snapshot.value);
        expect(openOf(walk).toSorted().join(' ')).toMatch(KEPT[end] ?? /^an end$/);
        // News of all kinds, and clicks, that come when all is over.
        for (const choice of made) walk.step(choice);
        walk.finish();
        expect(openOf(walk).toSorted().join(' ')).toMatch(KEPT[end] ?? /^an end$/);
        const passed = walk.history.map(({ to }) => orderStatus(to));
        expect(new Set(passed.slice(passed.findIndex((status) => KEPT[status])))).toEqual(new Set([end]));
        expect(walk.replay()).toEqual(walk.envelope);
        ends.add(end);
      }),
      { numRuns },
    );
    expect(ends).toEqual(new Set(Object.keys(KEPT)));
  });
});

describe('whatever happens to a random machine', () => {
  it('its books hold, its history has no gap, and replaying it gives what is stored', () => {
    fc.assert(
      fc.property(randomMachines, choices, (machine, made) => {
        const saga = sagaOfRandom(machine);
        const events = Object.keys(saga.events).map((type) => ({ type }));
        const empty = Object.fromEntries(Object.keys(saga.steps).map((name) => [name, {}]));
        const walk = new RandomWalk({ saga, input: null, outputs: empty, events, endings: [] });
        for (const choice of made) walk.step(choice);
        expect(walk.replay()).toEqual(walk.envelope);
      }),
      { numRuns },
    );
  });
});
