import { setTimeout as pause } from 'node:timers/promises';
import type { ArmedStrike, StrikeAction } from '../build/strike-point.ts';
import type { ShopProcess } from '../processes/shop-process.ts';
import type { WorkerSlot } from '../processes/world.ts';
import { definePlan, type Stage } from './plan.ts';
import { isBusy, killAndReplace, killWorker, pickReady, replaceAndWait } from './ready-workers.ts';

/** Requests get 5 s, steps 10 s, last commits 4 s. */
const EXIT_WITHIN_MS = 30_000;
const REACHED_WITHIN_MS = 20_000;
const SLOWEST_EXIT = 'slowest exit after SIGTERM, ms';

/** kill -9 of workers at random, under load. */
export const killWorkers = definePlan({
  name: 'kill-workers',
  title: 'workers are killed at random under load',
  counts: { small: 300, long: 10_000 },
  weight: 24,
  schedule: (random, count) =>
    Array.from({ length: count }, () => ({ afterMs: random.between(50, 450), worker: random.below(1_000) })),
  async strike(stage, { worker }) {
    await killAndReplace(stage, await pickReady(stage, worker));
  },
});

/** SIGSTOP beyond the lease and SIGCONT, or an event loop that is blocked as long. */
export const suspendWorkers = definePlan({
  name: 'suspend-workers',
  title: 'workers are stopped, or their event loops blocked, beyond their leases, and go on',
  counts: { small: 30, long: 500 },
  weight: 10,
  mustRecover: false,
  schedule: (random, count) =>
    Array.from({ length: count }, (_, index) => ({
      afterMs: random.between(200, 1_000),
      worker: random.below(1_000),
      action: (random.chance(0.7) ? 'stop' : 'block') satisfies StrikeAction as StrikeAction,
      forMs: random.between(5_000, 7_500),
      // Every other one between an answer and its commit: those are the ones that must be refused.
      beforeCommit: index % 2 === 0,
    })),
  async strike(stage, { beforeCommit, worker, action, forMs }) {
    const slot = await pickReady(stage, worker);
    stage.taken.add(slot);
    const work = beforeCommit
      ? suspendBeforeCommit(stage, slot, action, forMs)
      : suspend(stage, slot, action, forMs);
    stage.beside(work.finally(() => stage.taken.delete(slot)));
  },
});

async function suspend(stage: Stage, slot: WorkerSlot, action: StrikeAction, forMs: number): Promise<void> {
  const { process } = slot;
  stage.tally.fault(isBusy(slot));
  const since = performance.now();
  process.signal(action === 'stop' ? 'SIGSTOP' : 'SIGUSR2');
  stage.recoveries.watch(process.workInHand(), stage.tally, since);
  await pause(forMs);
  process.signal('SIGCONT');
}

/** A worker that stops itself when it has the answers of steps and is about to commit them. */
async function suspendBeforeCommit(
  stage: Stage,
  slot: WorkerSlot,
  action: StrikeAction,
  forMs: number,
): Promise<void> {
  await killWorker(stage, slot);
  const armed = { point: 'before-begin', phase: 'forward', action, nth: 20 } satisfies ArmedStrike;
  const process = stage.world.replace(slot, armed);
  // Whoever is stopped before it is ready never answers: it is looked at from outside.
  process.ready().catch((error: unknown) => stage.tally.problems.push(String(error)));
  if (!(await isStruck(process))) {
    stage.tally.fact('suspensions that were never reached');
    // It may have ended, or else would stand still at a time when nobody wakes it.
    await process.kill();
    return replaceAndWait(stage, slot);
  }
  stage.tally.fault(true);
  stage.recoveries.watch(process.workInHand(), stage.tally);
  await pause(forMs);
  process.signal('SIGCONT');
}

/** Waits until the process says that its strike has come. */
async function isStruck(process: ShopProcess, withinMs = REACHED_WITHIN_MS): Promise<boolean> {
  for (const endsAt = performance.now() + withinMs; performance.now() < endsAt; await pause(50)) {
    if (process.said().includes('chaos: ')) return true;
    if (process.hasEnded) return false;
  }
  return false;
}

/** SIGTERM in the middle of steps. */
export const stopWorkers = definePlan({
  name: 'stop-workers',
  title: 'workers are asked to stop in the middle of steps, and end with 0 within the grace',
  counts: { small: 50, long: 50 },
  weight: 5,
  schedule: (random, count) =>
    Array.from({ length: count }, () => ({
      afterMs: random.between(100, 700),
      worker: random.below(1_000),
    })),
  async strike(stage, { worker }) {
    const slot = await pickReady(stage, worker);
    stage.tally.fault(isBusy(slot));
    stage.beside(stopInGoodOrder(stage, slot));
  },
});

async function stopInGoodOrder(stage: Stage, slot: WorkerSlot): Promise<void> {
  const { process } = slot;
  const since = performance.now();
  const late = pause(EXIT_WITHIN_MS, 'late' as const, { ref: false });
  const ended = await Promise.race([process.stop(), late]);
  if (ended !== 0) stage.tally.problems.push(`${process.name} ended with ${ended} after SIGTERM`);
  if (ended === 'late') await process.kill();
  const slowest = Math.max(stage.tally.facts.get(SLOWEST_EXIT) ?? 0, performance.now() - since);
  stage.tally.facts.set(SLOWEST_EXIT, Math.round(slowest));
  await replaceAndWait(stage, slot);
}
