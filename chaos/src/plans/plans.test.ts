import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { POINTS } from '../build/strike-point.ts';
import { SeededRandom } from '../seeded-random.ts';
import { PLANS } from './plans.ts';
import { killAtPoints, TARGETS } from './point-plan.ts';
import { describeSchedule } from './run-plan.ts';

describe.each(PLANS)('the plan $name', (plan) => {
  const { small } = plan.counts;

  it('makes the same schedule of the same seed, and another of another', () => {
    const schedule = (seed: number) => describeSchedule(plan, { seed, count: small });
    expect(schedule(7)).toBe(schedule(7));
    expect(schedule(7)).not.toBe(schedule(8));
  });

  it('strikes as often as it is told', () => {
    expect(plan.schedule(new SeededRandom(1), small)).toHaveLength(small);
  });
});

it('every point of the engine is struck, in the whole plan in every phase', () => {
  const small = killAtPoints.schedule(new SeededRandom(1), killAtPoints.counts.small);
  expect(new Set(small.map(({ point }) => point))).toEqual(new Set(POINTS));
  const whole = killAtPoints.schedule(new SeededRandom(1), TARGETS.length);
  const names = whole.map(({ point, phase }) => `${point}/${phase}`);
  expect(names.toSorted()).toEqual(TARGETS.map(({ point, phase }) => `${point}/${phase}`).toSorted());
});

it('the documented counts are those of the plans', () => {
  const guide = readFileSync(new URL('../../../docs/chaos.md', import.meta.url), 'utf8');
  const rows = guide.matchAll(/^\| `(?<name>[a-z-]+)` \|[^|]*\| (?<small>[\d,]*) ?\| (?<long>[\d,]+) \|$/gmu);
  const told = [...rows].map(({ groups = {} }) => ({ ...groups }));
  // What needs root is no part of CI.
  const real = PLANS.map(({ name, counts: { small, long }, needsSmallDisk }) => ({
    name,
    small: needsSmallDisk ? '' : small.toLocaleString('en'),
    long: long.toLocaleString('en'),
  }));
  expect(told).toHaveLength(real.length);
  expect(told).toEqual(expect.arrayContaining(real));
});
