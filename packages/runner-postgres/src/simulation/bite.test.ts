import { expect, it } from 'vitest';
import type { Flaw } from './flaw.js';
import { simulate } from './simulation.js';

/** Each mistake that can be switched on, the invariant that it breaks, and where to begin to look for a rare one. */
const FLAWS: readonly [flaw: Flaw, invariant: string, firstSeed?: number][] = [
  ['answers-unfenced', 'Z1', 8],
  ['inbox-without-key', 'E3'],
  ['stale-messages-decided', 'E3', 6],
  ['key-per-attempt', 'E1'],
  ['timers-without-visit', 'T1'],
  ['sweeper-never-runs', 'L1'],
  ['leases-without-end', 'L1'],
  ['wakeups-after-commit', 'L1'],
  ['process-clock-for-timers', 'T1'],
  ['history-outside-the-transaction', 'H1'],
  ['sagas-unlocked', 'H1'],
  ['timeout-taken-for-a-no', 'M1'],
  ['refund-key-reused', 'M1'],
  ['late-money-dropped', 'M1'],
  ['no-tombstones', 'M1', 9],
  ['early-messages-dropped', 'E3'],
  ['ignored-messages-forgotten', 'E3'],
  ['undo-answered-before-it-is-done', 'S2'],
];

const WORLD = { orders: 40, quietMs: 100_000 };
const MOST_SEEDS = 40;

it.each(FLAWS)(
  '%s breaks %s',
  async (flaw, invariant, firstSeed = 1) => {
    const broken = new Set<string>();
    const endsBefore = firstSeed + MOST_SEEDS;
    for (let seed = firstSeed; seed < endsBefore && !broken.has(invariant); seed += 1) {
      const { violations } = await simulate({ ...WORLD, seed, flaw });
      for (const violation of violations) broken.add(violation.slice(0, 2));
    }
    expect([...broken]).toContain(invariant);
  },
  60_000,
);

it('the same worlds break nothing where nothing is mistaken', async () => {
  for (let seed = 1; seed <= 3; seed += 1) {
    const { violations } = await simulate({ ...WORLD, seed });
    expect(violations).toEqual([]);
  }
}, 60_000);
