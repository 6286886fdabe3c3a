import { setTimeout as pause } from 'node:timers/promises';
import { type ArmedStrike, type Phase, POINTS, type Point, RENEWALS } from '../build/strike-point.ts';
import type { WorkerSlot } from '../processes/world.ts';
import { definePlan, type Stage } from './plan.ts';
import { replaceAndWait } from './ready-workers.ts';

const STEP_PHASES: readonly Phase[] = ['forward', 'retry', 'compensation'];
const MOVE_PHASES: readonly Phase[] = [...STEP_PHASES, 'timer'];
/** Points where what is under way isn't about one step. */
const ONCE: ReadonlySet<Point> = new Set([
  ...(['before-jobs', 'after-jobs'] as const),
  ...(['before-retry', 'after-retry', 'before-take', 'before-redeliver', 'after-redeliver'] as const),
  ...(['before-renew', 'after-renew', 'before-remove'] as const),
]);
const CALLS: ReadonlySet<Point> = new Set(['before-call', 'call-sent', 'after-call', 'after-take']);
const REACHED_WITHIN_MS = 30_000;
/** The last worker is never struck, so that somebody is always there. */
const SPARED = 1;

interface Target {
  readonly point: Point;
  readonly phase: Phase;
}

/** Every point in every phase in which it can be reached. */
export const TARGETS: readonly Target[] = POINTS.flatMap((point) => {
  const phases: readonly Phase[] = ONCE.has(point) ? ['any'] : CALLS.has(point) ? STEP_PHASES : MOVE_PHASES;
  return phases.map((phase) => ({ point, phase }));
});

/** kill -9 at every named point, in every phase. */
export const killAtPoints = definePlan({
  name: 'kill-at-points',
  title: 'workers are killed at every named point, in every phase',
  counts: { small: TARGETS.length, long: TARGETS.length * 20 },
  weight: 22,
  schedule: (random, count) =>
    Array.from({ length: Math.ceil(count / TARGETS.length) }, () =>
      oneOfEachPointFirst(random.shuffle(TARGETS)),
    )
      .flat()
      .slice(0, count)
      .map(({ point, phase }) => ({
        afterMs: 0,
        point,
        phase,
        // A worker that is struck there keeps its first answers back until then.
        nth: RENEWALS.has(point) ? 1 : 1 + random.below(2),
      })),
  begin(stage) {
    const stopped = new AbortController();
    const failing = failNowAndThen(stage, stopped.signal);
    return async () => {
      stopped.abort();
      await failing;
      const dead = stage.world.slots.filter(({ process }) => process.hasEnded);
      await Promise.all(dead.map((slot) => replaceAndWait(stage, slot)));
    };
  },
  async strike(stage, { point, phase, nth }) {
    const { world, taken } = stage;
    const struckAtOnce = world.slots.length - SPARED;
    while (taken.size >= struckAtOnce) await pause(20);
    const slot = world.slots.slice(0, struckAtOnce).find((one) => !taken.has(one));
    if (!slot) throw new Error('no worker is free');
    taken.add(slot);
    stage.beside(
      killAt(stage, slot, { point, phase, action: 'kill', nth }).finally(() => taken.delete(slot)),
    );
  },
});

/** A short run strikes every point, each in some phase; a longer one strikes it in the others too. */
function oneOfEachPointFirst(targets: readonly Target[]): readonly Target[] {
  const firsts = POINTS.flatMap((point) => targets.find((target) => target.point === point) ?? []);
  return [...firsts, ...targets.filter((target) => !firsts.includes(target))];
}

/** Puts a worker there that will be killed at that point, and waits until it has been. The next one takes its place. */
async function killAt(stage: Stage, slot: WorkerSlot, armed: ArmedStrike): Promise<void> {
  const { tally, world, recoveries } = stage;
  if (!slot.process.hasEnded) recoveries.watch(await slot.process.kill(), tally);
  const victim = world.replace(slot, armed);
  const late = pause(REACHED_WITHIN_MS, 'late' as const, { ref: false });
  const end = await Promise.race([victim.exited, late]);
  const killedAt = performance.now();
  const work = await victim.kill();
  recoveries.watch(work, tally, killedAt);
  const name = `${armed.point}/${armed.phase}`;
  if (end === 'late' || end.signal !== 'SIGKILL') {
    tally.problems.push(`${name} was not reached: ${JSON.stringify(end)}`);
    return;
  }
  tally.fault(work.leases.length > 0 || work.moves > 0);
  tally.fact(name);
}

/** Participants that fail for a moment, again and again: where nothing fails, nothing is tried again. */
async function failNowAndThen({ world }: Stage, signal: AbortSignal): Promise<void> {
  const services = ['inventory', 'payments', 'fulfilment'] as const;
  for (let turn = 0; !signal.aborted; turn += 1) {
    const service = services[turn % services.length] ?? 'payments';
    await world.setFault({ service, mode: turn % 2 === 0 ? 'down' : 'lost', count: 4 });
    await pause(400, undefined, { signal }).catch(() => undefined);
  }
  await world.setFault({ service: 'all', mode: 'off' });
}
