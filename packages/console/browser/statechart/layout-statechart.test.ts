import { machineGraph } from '@countermand/saga-core';
import { createOrderSaga } from '@countermand/saga-core/order';
import { describe, expect, test } from 'vitest';
import { layoutStatechart } from './layout-statechart.js';
import type { Box } from './statechart-layout.js';

const graph = machineGraph(createOrderSaga());

describe('a layout', () => {
  test('gives every state a place inside of the one that it is in, and apart from its siblings', async () => {
    const layout = await layoutStatechart(graph);
    expect(layout.states).toHaveLength(graph.states.length);
    const box = new Map(layout.states.map((laid) => [laid.state.path, laid]));
    for (const laid of layout.states) {
      const parent = laid.state.parent === undefined ? { ...layout, x: 0, y: 0 } : box.get(laid.state.parent);
      expect(parent && isInside(laid, parent), laid.state.path).toBe(true);
      const siblings = layout.states.filter(
        ({ state }) => state.parent === laid.state.parent && state !== laid.state,
      );
      expect(siblings.filter((other) => overlap(laid, other))).toEqual([]);
    }
    // In the machine's order, from top to bottom.
    const top = ['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED', 'SHIPPED', 'IN_TRANSIT'];
    const heights = top.map((path) => box.get(path)?.y ?? 0);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  });

  test('begins and ends every line at the states that it joins', async () => {
    const layout = await layoutStatechart(graph);
    const box = new Map(layout.states.map((laid) => [laid.state.path, laid]));
    for (const { from, to, points } of layout.edges) {
      const [first, last] = [points[0], points.at(-1)];
      expect(first && isOnRim(first, box.get(from)), `${from} → ${to}`).toBe(true);
      expect(last && isOnRim(last, box.get(to)), `${from} → ${to}`).toBe(true);
    }
  });

  test('draws the top states alone where asked to, and leaves out what is hidden', async () => {
    const layout = await layoutStatechart(graph, { depth: 1, hide: ['override', 'timer'] });
    expect(layout.states.map(({ state }) => state.path)).toEqual(
      graph.states.filter(({ parent }) => parent === undefined).map(({ path }) => path),
    );
    expect(layout.states.find(({ state }) => state.path === 'PAID')).toMatchObject({
      isOpen: false,
      paths: ['PAID', 'PAID.checkingFraud', 'PAID.checkingAddress'],
      lines: ['checkFraud', 'checkAddress'],
    });
    const kinds = layout.edges.flatMap(({ transitions }) => transitions.map(({ trigger }) => trigger.kind));
    expect(new Set(kinds)).not.toContain('timer');
    expect(new Set(kinds)).not.toContain('override');
  });

  test('is plain JSON', async () => {
    const layout = await layoutStatechart(graph, { depth: 1 });
    expect(JSON.parse(JSON.stringify(layout))).toEqual(layout);
  });
});

function isInside(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function isOnRim({ x, y }: { readonly x: number; readonly y: number }, box: Box | undefined): boolean {
  if (!box) return false;
  const near = (a: number, b: number) => Math.abs(a - b) < 1.5;
  const withinX = x >= box.x - 1 && x <= box.x + box.width + 1;
  const withinY = y >= box.y - 1 && y <= box.y + box.height + 1;
  return (
    (withinX && (near(y, box.y) || near(y, box.y + box.height))) ||
    (withinY && (near(x, box.x) || near(x, box.x + box.width)))
  );
}
