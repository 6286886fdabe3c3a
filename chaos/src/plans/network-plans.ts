import { setTimeout as pause } from 'node:timers/promises';
import type { LinkMode, PlannedCut } from '../network/tcp-proxy.ts';
import type { WorkerSlot } from '../processes/world.ts';
import { definePlan, type Stage } from './plan.ts';
import { pickReady } from './ready-workers.ts';

const HIT_WITHIN_MS = 5_000;

/** Connections are cut at random bytes, and between a commit and its answer. */
export const cutConnections = definePlan({
  name: 'cut-connections',
  title: 'connections are cut at random bytes, and right after a commit has passed',
  counts: { small: 300, long: 3_000 },
  weight: 8,
  schedule: (random, count) =>
    Array.from({ length: count }, () => ({
      afterMs: random.between(20, 300),
      worker: random.below(1_000),
      after: random.chance(0.4) ? ('commit' as const) : Math.ceil(random.between(0, 20_000)),
    })),
  async strike(stage, { worker, after }) {
    const { proxy } = await pickReady(stage, worker, 1);
    const cut = after === 'commit' ? proxy.cutAfterCommit() : proxy.cutAfterBytes(after);
    stage.beside(countCut(stage, cut, after === 'commit'));
  },
});

async function countCut({ tally }: Stage, { hit, withdraw }: PlannedCut, isCommit: boolean): Promise<void> {
  const done = await Promise.race([hit, pause(HIT_WITHIN_MS, undefined, { ref: false })]);
  withdraw();
  if (!done) return tally.fact('cuts that nothing came to');
  tally.fault(done.hitWork);
  if (isCommit) tally.fact('commits whose answer was lost');
}

/** Links on which answers vanish, wait, or crawl. */
export const spoilLinks = definePlan({
  name: 'spoil-links',
  title:
    "a worker's link to PostgreSQL loses everything, keeps everything back beyond the lease, or is slow and narrow",
  counts: { small: 6, long: 200 },
  weight: 6,
  mustRecover: false,
  schedule: (random, count) =>
    Array.from({ length: count }, (_, index) => ({
      afterMs: random.between(100, 1_000),
      worker: random.below(1_000),
      mode: (['stalled', 'vanished', 'slow'] as const satisfies readonly LinkMode[])[index % 3] ?? 'slow',
      forMs: random.between(5_000, 7_500),
    })),
  async strike(stage, { worker, mode, forMs }) {
    const slot = await pickReady(stage, worker);
    stage.taken.add(slot);
    stage.beside(spoil(stage, slot, mode, forMs).finally(() => stage.taken.delete(slot)));
  },
});

async function spoil(
  stage: Stage,
  { proxy, process }: WorkerSlot,
  mode: LinkMode,
  forMs: number,
): Promise<void> {
  const since = performance.now();
  const work = process.workInHand();
  stage.tally.fault(proxy.setMode(mode).hitWork || work.leases.length > 0);
  if (mode !== 'slow') stage.recoveries.watch(work, stage.tally, since);
  await pause(forMs);
  proxy.setMode('open');
}
