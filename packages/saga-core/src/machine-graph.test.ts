import { describe, expect, test } from 'vitest';
import { machineGraph } from './machine-graph.js';
import { createOrderSaga } from './order/order-saga.js';

const graph = machineGraph(createOrderSaga());
const state = (path: string) => graph.states.find((one) => one.path === path);
const between = (from: string, to: string) =>
  graph.transitions.filter((one) => one.from === from && one.to === to);

describe('the graph of a machine', () => {
  test('has every state, with the one it is in, what it invokes, and whether the saga may rest there', () => {
    expect(state('CREATED')).toMatchObject({ name: 'CREATED', kind: 'compound', isInitial: true });
    expect(state('CREATED.reservingStock')).toMatchObject({
      name: 'reservingStock',
      parent: 'CREATED',
      kind: 'atomic',
      steps: ['reserveStock'],
      isRest: false,
    });
    expect(state('FAILED.compensating')).toMatchObject({ compensates: true, steps: [] });
    expect(state('FAILED.settled')).toMatchObject({ isRest: true });
    expect(state('IN_TRANSIT')?.keeps).toContain('payment.captured');
  });

  test('has every transition, with what sets it off and what that does to the world', () => {
    expect(between('CREATED.reservingStock', 'RESERVED')).toMatchObject([
      {
        trigger: { kind: 'done', name: 'reserveStock' },
        label: 'reserveStock done',
        opens: ['stock.reserved'],
      },
    ]);
    expect(between('RESERVED', 'CANCELLED').map(({ trigger }) => trigger)).toEqual(
      expect.arrayContaining([
        { kind: 'timer', name: 'RESERVATION_TTL' },
        { kind: 'event', name: 'CANCEL' },
        { kind: 'override', name: 'OVERRIDE' },
      ]),
    );
    expect(between('FAILED.compensating', 'FAILED.settled')).toMatchObject([
      { trigger: { kind: 'done', name: 'compensate' } },
    ]);
  });

  test('leads nowhere that is not in it, and gives nothing two names', () => {
    const paths = new Set(graph.states.map(({ path }) => path));
    expect(
      graph.transitions.flatMap(({ from, to }) => [from, to]).filter((path) => !paths.has(path)),
    ).toEqual([]);
    expect(new Set(graph.transitions.map(({ id }) => id)).size).toBe(graph.transitions.length);
  });

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
  });
});
