import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../seeded-random.ts';
import { Tally } from '../tally.ts';
import type { Plan, Stage, Strike } from './plan.ts';

/** The promise: work of a worker that died is taken up within this time. */
const RECOVERY_MS = 10_000;

/** What all plans of a world are carried out on. */
export type SharedStage = Omit<Stage, 'tally' | 'beside'>;

/** What is decided before a plan is run. */
export interface Orders {
  readonly seed: number;
  readonly count: number;
  /** No new strike after this instant of `performance.now()`. */
  readonly endsAt?: number;
}

/** Carries out a plan's schedule, waits until all of it is over, and judges what it has counted. */
export async function runPlan(
  plan: Plan,
  stage: SharedStage,
  { seed, count, endsAt = Number.POSITIVE_INFINITY }: Orders,
): Promise<Tally> {
  const tally = new Tally();
  const problem = (error: unknown) =>
    void tally.problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const under = new Set<Promise<void>>();
  const whole: Stage = {
    ...stage,
    tally,
    beside(work) {
      const watched = work.catch(problem).finally(() => under.delete(watched));
      under.add(watched);
    },
  };
  try {
    let end: (() => Promise<void>) | undefined;
    try {
      end = plan.begin?.(whole);
      for (const strike of plan.schedule(new SeededRandom(seed), count)) {
        await pause(strike.afterMs);
        if (performance.now() > endsAt) break;
        tally.strikes += 1;
        await plan.strike(whole, strike);
      }
    } finally {
      // Also after a strike that failed: what is left under way would hit the next plan.
      while (under.size > 0) await Promise.all(under);
      await end?.().catch(problem);
    }
    await stage.recoveries.settled();
  } catch (error) {
    problem(error);
  }
  judgeTally(plan, tally);
  return tally;
}

function judgeTally({ mustHitWork = true, mustRecover = true }: Plan, tally: Tally): void {
  const { injected, hitWork, recoveries, slow: details, problems } = tally;
  if (injected === 0) problems.push('no fault was injected');
  if (mustHitWork && hitWork === 0) problems.push('no fault hit work in flight');
  const slow = recoveries.filter((ms) => ms > RECOVERY_MS);
  if (mustRecover && slow.length > 0) {
    problems.push(
      `${slow.length} recoveries took longer than ${RECOVERY_MS} ms, ${Math.round(Math.max(...slow))} ms at most`,
      ...details.map(
        ({ handedOverMs, takenMs }) =>
          `handed over after ${Math.round(handedOverMs)} ms, taken after ${Math.round(takenMs)} ms`,
      ),
    );
  }
}

/** The schedule as it would be carried out, a line for each strike. */
export function describeSchedule(plan: Plan, { seed, count }: Orders): string {
  const line = ({ afterMs, ...rest }: Strike) => `+${Math.round(afterMs)} ms ${JSON.stringify(rest)}`;
  return plan.schedule(new SeededRandom(seed), count).map(line).join('\n');
}
