import { describe, expect, test } from 'vitest';
import { createOrderSaga } from '../order/order-saga.js';
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
      history: [{ to: { CREATED: 'reservingStock' } }, ...decision.history],
    }).split('\n');
    expect(drawn).toContain('  class s_RESERVED_waiting here');
    expect(drawn).toContain('  class s_CREATED_reservingStock passed');
    expect(drawn).toContain('  undo["would be undone now:<br/>stock.reserved:o-1 by releaseStock"]');
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
});
