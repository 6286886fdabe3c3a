import { describe, expect, test } from 'vitest';
import { createOrderSaga } from '../order/order-saga.js';
import { sagaOf, undoing } from '../test-support/saga-of.js';
import { given, stepDone } from '../testing/index.js';
import { drawSaga } from './draw-saga.js';

const order = createOrderSaga();
const total = { amount: 100, currency: 'EUR' };
const input = {
  orderId: 'o-1',
  customerId: 'alice',
  items: [{ sku: 'book', quantity: 1 }],
  total,
  payments: [{ method: 'card', amount: total }],
};

const keeping = sagaOf({
  initial: 'reserving',
  states: {
    reserving: { invoke: { src: 'reserve', input: () => ({ seat: 'a' }), onDone: 'held', onError: 'gone' } },
    held: { tags: ['rest'], meta: { keeps: ['seat.held'] } },
    gone: undoing,
  },
});

const turning = sagaOf(
  {
    initial: 'left',
    on: { STOP: '.stopped' },
    states: {
      left: { on: { TURN: 'right' } },
      right: { on: { TURN: 'left' } },
      stopped: { tags: ['rest'] },
    },
  },
  { events: ['TURN', 'STOP'] },
);

describe('a drawing of a saga', () => {
  test('tells what answers open and close, which waits end by a timer, and where it compensates', () => {
    const drawn = drawSaga(order).split('\n');
    expect(drawn).toContain(
      '  s_CREATED_reservingStock -->|"reserveStock done<br/>opens stock.reserved"| s_RESERVED',
    );
    expect(drawn).toContain('  s_RESERVED -.->|"after RESERVATION_TTL"| s_CANCELLED');
    expect(drawn).toContain(
      '  s_SHIPPED_committingStock -->|"commitStock done<br/>opens stock.sold<br/>closes stock.reserved"| s_SHIPPED_creatingShipment',
    );
    expect(drawn).toContain('  class s_FAILED_compensating compensates');
    expect(drawn).toContain('  class s_IN_TRANSIT rest');
  });

  test('of a live saga tells where it is, how it came there, what is over, and what would be undone', () => {
    const story = given(order, input).when(stepDone('reserveStock', { reservationId: 'r' }));
    const { envelope, decision } = story;
    const drawn = drawSaga(order, {
      envelope,
      history: [{ event: 'start', from: null, to: { CREATED: 'reservingStock' } }, ...decision.history],
    }).split('\n');
    expect(drawn).toContain('  began(("start")) ==>|"1. start"| s_CREATED_reservingStock');
    expect(drawn).toContain('  s_CREATED_reservingStock ==>|"2. reserveStock.done"| s_RESERVED_waiting');
    expect(drawn).toContain('  class s_RESERVED_waiting here');
    expect(drawn).toContain('  class s_CREATED_reservingStock passed');
    expect(drawn).toContain(
      '  undo["would be undone if it failed now:<br/>stock.reserved:o-1 by releaseStock"]',
    );
    expect(drawn.some((line) => line.includes('PAID') && line.endsWith(' over'))).toBe(false);
  });

  test('fades what cannot happen any more', () => {
    const story = given(order, input)
      .after(stepDone('reserveStock', { reservationId: 'r' }))
      .when({ type: 'CANCEL' });
    const drawn = drawSaga(order, { envelope: story.envelope }).split('\n');
    expect(drawn).toContain('  class s_PAID_checkingFraud over');
    expect(drawn).toContain('  class s_CANCELLED_compensating here');
  });

  test('tells what is being undone, and at rest what it keeps', () => {
    const holding = given(order, input).after(stepDone('reserveStock', { reservationId: 'r' }));
    const onTheWay = drawSaga(order, { envelope: holding.when({ type: 'CANCEL' }).envelope });
    expect(onTheWay).toContain('  undo["being undone:<br/>stock.reserved:o-1 by releaseStock"]');

    const { envelope } = given(keeping, undefined).when(stepDone('reserve', { reference: 'r' }));
    const resting = drawSaga(keeping, { envelope });
    expect(resting).toContain('  kept["kept:<br/>seat.held:a"]');
    expect(resting).not.toContain('undo[');
  });

  test('numbers the ways that it went several times in their order', () => {
    const { envelope } = given(turning, undefined).when({ type: 'TURN' });
    const drawn = drawSaga(turning, {
      envelope,
      history: [
        { event: 'start', from: null, to: 'left' },
        { event: 'TURN', from: 'left', to: 'right' },
        { event: 'TURN', from: 'right', to: 'left' },
        { event: 'TURN', from: 'left', to: 'right' },
      ],
    }).split('\n');
    expect(drawn).toContain('  s_left ==>|"2. TURN<br/>4. TURN"| s_right');
    expect(drawn).toContain('  s_right ==>|"3. TURN"| s_left');
  });

  test('does not fade what the machine goes to from any state', () => {
    const { envelope } = given(turning, undefined).when({ type: 'TURN' });
    const drawn = drawSaga(turning, { envelope }).split('\n');
    expect(drawn).toContain('  anywhere -->|"STOP"| s_stopped');
    expect(drawn).not.toContain('  class s_stopped over');
  });

  test('has a name of its own for each state, however alike their paths are', () => {
    const alike = sagaOf({
      initial: 'a',
      states: {
        a: { initial: 'b', states: { b: { on: { GO: '#deep' } } } },
        a_b: { id: 'deep', tags: ['rest'] },
        'a-b': { tags: ['rest'] },
      },
    });
    const drawn = drawSaga(alike).split('\n');
    expect(drawn).toContain('    s_a_b["b"]');
    expect(drawn).toContain('  s_a_b_2["a_b"]');
    expect(drawn).toContain('  s_a_b_3["a-b"]');
    expect(drawn).toContain('  s_a_b -->|"GO"| s_a_b_2');
  });

  test('shows names as they are, whatever is in them', () => {
    const drawn = drawSaga(sagaOf({ initial: 'say "hi"', states: { 'say "hi"': { tags: ['rest'] } } }));
    expect(drawn).toContain('s_say__hi_["say #quot;hi#quot;"]');
  });
});
