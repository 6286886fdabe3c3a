import { type Judgement, judge } from './judge/judge.ts';
import { Lag } from './judge/lag.ts';
import { readSigns, type Signs } from './judge/read-signs.ts';
import { Recoveries } from './judge/recoveries.ts';
import { Customers } from './load/customers.ts';
import type { Plan } from './plans/plan.ts';
import { describeSchedule, runPlan } from './plans/run-plan.ts';
import type { UnexpectedEnd } from './processes/shop-process.ts';
import { World, type WorldOptions } from './processes/world.ts';
import { SeededRandom } from './seeded-random.ts';
import type { Tally } from './tally.ts';

/** One plan of a run, with how often it strikes. */
interface PlannedRun {
  readonly plan: Plan;
  readonly count: number;
  /** No new strike after so many milliseconds. */
  readonly forMs?: number;
}

/** What a world is put through. */
export interface Ordeal extends Omit<WorldOptions, 'onUnexpectedEnd' | 'onSmallDisk'> {
  readonly seed: number;
  readonly plans: readonly PlannedRun[];
  /** Orders a second, and how many may be unfinished. */
  readonly load: { readonly perSecond: number; readonly mostUnfinished: number };
  readonly say: (line: string) => void;
  /** Prints each schedule before it is carried out. */
  readonly isVerbose: boolean;
  /** Keeps logs and data. */
  readonly keep: boolean;
}

/** What came of it. */
export interface Outcome {
  readonly seed: number;
  readonly tallies: ReadonlyMap<Plan, Tally>;
  readonly judgement: Judgement;
  readonly signs: Signs;
  /** Processes that did not stop as they should, in the end. */
  readonly badEnds: readonly string[];
  readonly orders: number;
  readonly repeats: number;
  /** Milliseconds; see {@link Lag}. */
  readonly lags: readonly number[];
  readonly directory: string;
}

/** Starts a world, carries the plans out one after the other under load, judges what is left, and stops it. */
export async function runWorld(ordeal: Ordeal): Promise<Outcome> {
  const { seed, plans, load, say, isVerbose, keep, ...options } = ordeal;
  const unexpectedEnds: UnexpectedEnd[] = [];
  const world = await World.start({
    ...options,
    onSmallDisk: plans.some(({ plan }) => plan.needsSmallDisk),
    onUnexpectedEnd: (end) => unexpectedEnds.push(end),
  });
  const tallies = new Map<Plan, Tally>();
  const lag = new Lag(() => world.database);
  try {
    const customers = new Customers(world, new SeededRandom(seed));
    const recoveries = new Recoveries(() => world.database);
    await customers.stockUp();
    customers.open(load.perSecond, load.mostUnfinished);
    for (const { plan, count, forMs = Number.POSITIVE_INFINITY } of plans) {
      if (plan.needsSmallDisk && !world.disk) {
        say(`  ${plan.name}: left out, for it takes root and a loop device`);
        continue;
      }
      const orders = { seed, count, endsAt: performance.now() + forMs };
      if (isVerbose) say(describeSchedule(plan, orders));
      const since = performance.now();
      const tally = await runPlan(plan, { world, customers, recoveries }, orders);
      tallies.set(plan, tally);
      say(`  ${plan.name}: ${describeTally(tally)}, ${seconds(performance.now() - since)} s`);
    }
    const judgement = await judge({ world, customers, unexpectedEnds });
    const lags = await lag.stop();
    const badEnds = await world.stop();
    const signs = await readSigns(world);
    const { size } = customers.orders;
    const { directory } = world;
    if (!keep) world.remove();
    return {
      ...{ seed, tallies, judgement, signs, badEnds, lags, directory },
      orders: size,
      repeats: customers.repeats,
    };
  } catch (error) {
    await lag.stop();
    await world.stop();
    throw error;
  }
}

/** Faults, hits and recoveries in one line. */
function describeTally({ injected, hitWork, recoveries, facts }: Tally): string {
  const slowest = recoveries.length > 0 ? `, slowest recovery ${seconds(Math.max(...recoveries))} s` : '';
  const more =
    facts.size > 0 && facts.size < 6 ? `, ${[...facts].map(([name, n]) => `${name}: ${n}`).join(', ')}` : '';
  return `${injected} faults, ${hitWork} hit work in flight${slowest}${more}`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
