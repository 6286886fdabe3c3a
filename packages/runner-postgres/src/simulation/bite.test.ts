import { expect, it } from 'vitest';
import type { Flaw } from './flaw.js';
import { simulate } from './simulation.js';

/** Each mistake that can be switched on, the invariant that it breaks first, and a seed that shows it. */
const FLAWS: readonly [flaw: Flaw, invariant: string, seed: number][] = [
  ['answers-unfenced', 'Z1', 9],
  ['inbox-without-key', 'E3', 1],
  ['stale-messages-decided', 'E3', 55],
  ['key-per-attempt', 'E1', 1],
  ['timers-without-visit', 'T1', 1],
  ['sweeper-never-runs', 'L1', 1],
  ['leases-without-end', 'L1', 1],
  ['wakeups-after-commit', 'L1', 1],
  ['process-clock-for-timers', 'T1', 2],
  ['history-outside-the-transaction', 'H1', 1],
  ['sagas-unlocked', 'H1', 1],
  ['timeout-taken-for-a-no', 'M1', 1],
  ['refund-key-reused', 'M1', 1],
  ['late-money-dropped', 'M1', 1],
  ['no-tombstones', 'M1', 8],
  ['early-messages-dropped', 'E3', 1],
  ['undo-answered-before-it-is-done', 'S2', 1],
];

const WORLD = { orders: 40, quietMs: 100_000 };

it.each(FLAWS)(
  '%s breaks %s',
  async (flaw, invariant, seed) => {
    const { violations } = await simulate({ ...WORLD, seed, flaw });
    expect(violations.map((violation) => violation.slice(0, 2))).toContain(invariant);
  },
  60_000,
);

it('the same seeds break nothing where nothing is mistaken', async () => {
  for (const seed of new Set(FLAWS.map(([, , one]) => one))) {
    const { violations } = await simulate({ ...WORLD, seed });
    expect(violations).toEqual([]);
  }
}, 60_000);
