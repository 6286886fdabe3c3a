import type { ShopBuild } from './build/build-shop.ts';
import { FLAWS, type Flaw } from './build/flaw.ts';
import { castOf } from './cast.ts';
import type { Options } from './options.ts';
import { terminateBackends } from './plans/database-plans.ts';
import { killAtPoints } from './plans/point-plan.ts';
import { killWorkers } from './plans/worker-plans.ts';
import { runWorld } from './run-world.ts';

const LOAD = { perSecond: 8, mostUnfinished: 60 };
const PLANS = [
  { plan: killWorkers, count: 4 },
  { plan: killAtPoints, count: 3 },
  { plan: terminateBackends, count: 10 },
];

/** Makes each mistake in a world of its own. @returns 0 where each was caught by what must catch it */
export async function runBite(
  build: ShopBuild,
  { seed, flaw: only, keep, isVerbose }: Options,
): Promise<number> {
  let missed = 0;
  for (const flaw of (only ? [only] : Object.keys(FLAWS)) as Flaw[]) {
    const { judgement } = await runWorld({
      ...{ build, seed, keep, isVerbose, load: LOAD, plans: PLANS, say: () => undefined },
      ...castOf(say),
      env: { CHAOS_FLAW: flaw },
    });
    const caughtBy = [...new Set(judgement.findings.map(({ invariant }) => invariant))];
    const isCaught = caughtBy.includes(FLAWS[flaw]);
    if (!isCaught) missed += 1;
    say(`${isCaught ? 'caught ' : 'MISSED '} ${flaw}: ${caughtBy.join(', ') || 'by nothing'}`);
  }
  return missed > 0 ? 1 : 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
