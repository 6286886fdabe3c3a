import { exhaustConnections, fillDisk, killPostmaster, terminateBackends } from './database-plans.ts';
import { cutConnections, spoilLinks } from './network-plans.ts';
import type { Plan } from './plan.ts';
import { killAtPoints } from './point-plan.ts';
import { coldStart, equalRequests, migrateAtOnce, scarceStock } from './shop-plans.ts';
import { killWorkers, stopWorkers, suspendWorkers } from './worker-plans.ts';

/**
 * What is run one after the other; in each, lanes that are run side by side, of plans that are again run one after the
 * other. Side by side are those that wait for most of their time, and of whose work nobody measures how soon it is taken
 * up.
 */
export const STAGES: readonly (readonly (readonly Plan[])[])[] = [
  [[killWorkers]],
  [[killAtPoints]],
  [[suspendWorkers, spoilLinks], [migrateAtOnce]],
  [[cutConnections], [terminateBackends]],
  [[stopWorkers]],
  [[killPostmaster]],
  [[exhaustConnections]],
  [[fillDisk]],
  [[coldStart]],
  [[equalRequests]],
  [[scarceStock]],
];

/** Every plan, in the order in which they are run. */
export const PLANS: readonly Plan[] = STAGES.flat(2);
