import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 15;

/**
 * Lets everything else in the process have its turn, whenever this work has had the thread for a while: a worker
 * whose thread is busy for seconds loses its leases.
 */
export function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await nextTurn();
    since = performance.now();
  };
}
