import { type Json, machineGraph } from '@countermand/saga-core';
import { createOrderSaga } from '@countermand/saga-core/order';
import { expect, test } from 'vitest';
import { traceWay } from './trace-way.js';

const graph = machineGraph(createOrderSaga());
const line = (event: string, from: Json, to: Json, outcome = 'applied' as 'applied' | 'ignored') => ({
  ...{ event, from, to, outcome },
});
const way = (...history: ReturnType<typeof line>[]) => {
  const { travelled, visited } = traceWay(graph, history);
  const named = travelled.map((id) => graph.transitions.find((one) => one.id === id));
  return { visited, edges: named.map((one) => `${one?.from} ${one?.label} ${one?.to}`) };
};

test('a way has the states that a saga was in, and the transitions that its events took', () => {
  const { visited, edges } = way(
    line('start', null, { CREATED: 'reservingStock' }),
    line('reserveStock.done', { CREATED: 'reservingStock' }, { RESERVED: 'waiting' }),
    line('PAY', { RESERVED: 'waiting' }, { PAYMENT_PENDING: 'authorizing' }),
  );
  expect(visited).toContain('CREATED.reservingStock');
  expect(edges).toEqual([
    'CREATED.reservingStock reserveStock done RESERVED',
    'RESERVED PAY PAYMENT_PENDING',
  ]);
});

test('what goes on at once, because a guard holds by now, is on the way too', () => {
  const { edges } = way(
    line('authorize.done', { PAYMENT_PENDING: 'authorizing' }, { PAYMENT_PENDING: 'capturing' }),
    line('capture.done', { PAYMENT_PENDING: 'capturing' }, { PAID: 'checkingFraud' }),
  );
  expect(edges).toEqual([
    'PAYMENT_PENDING.authorizing at once PAYMENT_PENDING.capturing',
    'PAYMENT_PENDING at once PAID',
  ]);
});

test('timers, failures and acts of administrators are told apart', () => {
  const { edges } = way(
    line('timer.RESERVATION_TTL', { RESERVED: 'waiting' }, { CANCELLED: 'compensating' }),
    line('checkFraud.declined', { PAID: 'checkingFraud' }, { FAILED: 'compensating' }),
    line('OVERRIDE', { PAID: 'checkingFraud' }, { CANCELLED: 'compensating' }),
  );
  expect(edges).toEqual([
    'RESERVED after RESERVATION_TTL CANCELLED',
    'PAID.checkingFraud checkFraud failed FAILED',
    'PAID OVERRIDE CANCELLED',
  ]);
});

test('what was ignored, and what stays in the state, is no way', () => {
  const at = { RESERVED: 'waiting' };
  expect(way(line('PAY', at, at, 'ignored'), line('PAYMENT_SUCCEEDED', at, at)).edges).toEqual([]);
});
