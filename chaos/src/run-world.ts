import { type Judgement, judge } from './judge/judge.ts';
import { Lag } from './judge/lag.ts';
import { readSigns, type Signs } from './judge/read-signs.ts';
import { Recoveries } from './judge/recoveries.ts';
import { Customers } from './load/customers.ts';
import type { Plan } from './plans/plan.ts';
import { STAGES } from './plans/plans.ts';
import { describeSchedule, runPlan, type SharedStage } from './plans/run-plan.ts';
import type { UnexpectedEnd } from './processes/shop-process.ts';
import { type WorkerSlot, World, type WorldOptions } from './processes/world.ts';
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

/** Starts a world, carries the plans out under load, in their stages, judges what is left, and stops it. */
export async function runWorld(ordeal: Ordeal): Promise<Outcome> {
  const { seed, plans, load, keep } = ordeal;
  const unexpectedEnds: UnexpectedEnd[] = [];
  const world = await World.start({
    ...ordeal,
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
    const stage = { world, customers, recoveries, taken: new Set<WorkerSlot>() };
    for (const lanes of STAGES)
      await Promise.all(
        lanes.map(async (lane) => {
          for (const run of plans.filter(({ plan }) => lane.includes(plan)))
            await carryOut(run, stage, ordeal, tallies);
        }),
      );
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

/** Carries a plan out, and says what came of it. */
async function carryOut(
  { plan, count, forMs = Number.POSITIVE_INFINITY }: PlannedRun,
  stage: SharedStage,
  { seed, say, isVerbose }: Pick<Ordeal, 'seed' | 'say' | 'isVerbose'>,
  tallies: Map<Plan, Tally>,
): Promise<void> {
  if (plan.needsSmallDisk && !stage.world.disk) {
    say(`  ${plan.name}: left out, for it takes root and a loop device`);
    return;
  }
  const orders = { seed, count, endsAt: performance.now() + forMs };
  if (isVerbose) say(describeSchedule(plan, orders));
  const since = performance.now();
  const tally = await runPlan(plan, stage, orders);
  tallies.set(plan, tally);
  say(`  ${plan.name}: ${describeTally(tally)}, ${seconds(performance.now() - since)} s`);
}

/** Faults, hits and recoveries in one line. */
function describeTally({ strikes, injected, hitWork, recoveries, facts }: Tally): string {
  const slowest = recoveries.length > 0 ? `, slowest recovery ${seconds(Math.max(...recoveries))} s` : '';
  const more =
    facts.size > 0 && facts.size < 6 ? `, ${[...facts].map(([name, n]) => `${name}: ${n}`).join(', ')}` : '';
  return `${strikes} strikes, ${injected} faults, ${hitWork} hit work in flight${slowest}${more}`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
