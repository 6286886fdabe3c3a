import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerSlot } from '../processes/world.ts';
import type { Stage } from './plan.ts';

const WAIT_MS = 30_000;

/** The worker that a strike is for, once so many are ready that one is left whatever happens to it. */
export async function pickReady({ world, taken }: Stage, worker: number, atLeast = 2): Promise<WorkerSlot> {
  for (const endsAt = performance.now() + WAIT_MS; ; await pause(20)) {
    const ready = world.ready.filter((slot) => !taken.has(slot));
    const slot = ready[worker % Math.max(1, ready.length)];
    if (slot && ready.length >= atLeast) return slot;
    if (performance.now() > endsAt)
      throw new Error(`fewer than ${atLeast} workers were ready for ${WAIT_MS} ms`);
  }
}

/** Whether a worker has a step in hand, or a transaction open. */
export function isBusy({ process }: WorkerSlot): boolean {
  const { leases, moves } = process.workInHand();
  return leases.length > 0 || moves > 0;
}

/** kill -9, and from then on watches what becomes of its work. */
export async function killWorker(stage: Stage, { process }: WorkerSlot): Promise<void> {
  const killedAt = performance.now();
  const work = await process.kill();
  stage.tally.fault(work.leases.length > 0 || work.moves > 0);
  stage.recoveries.watch(work, stage.tally, killedAt);
}

/** Puts another worker in the place of one that has ended, and waits until it, or one that came after it, is ready. */
export async function replaceAndWait({ world }: Stage, slot: WorkerSlot): Promise<void> {
  world.replace(slot);
  for (const endsAt = performance.now() + WAIT_MS; !(await slot.process.ready()); await pause(100)) {
    if (performance.now() > endsAt) throw new Error(`no worker starts; see ${slot.process.logFile}`);
  }
}

/** kill -9, and another in its place. */
export async function killAndReplace(stage: Stage, slot: WorkerSlot): Promise<void> {
  await killWorker(stage, slot);
  stage.beside(replaceAndWait(stage, slot));
}
