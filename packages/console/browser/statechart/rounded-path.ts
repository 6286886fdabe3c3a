import type { Point } from './statechart-layout.js';

/** An SVG path through the points, with its corners rounded. */
export function roundedPath(points: readonly Point[], radius = 8): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = [`M${at(first)}`];
  rest.forEach((point, index) => {
    const before = points[index];
    const after = points[index + 2];
    if (!before || !after) {
      parts.push(`L${at(point)}`);
      return;
    }
    const reach = Math.min(radius, distance(before, point) / 2, distance(point, after) / 2);
    parts.push(`L${at(towards(point, before, reach))}Q${at(point)} ${at(towards(point, after, reach))}`);
  });
  return parts.join('');
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function towards(from: Point, to: Point, reach: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * reach) / whole, y: from.y + ((to.y - from.y) * reach) / whole };
}
