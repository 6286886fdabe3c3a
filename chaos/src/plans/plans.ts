import { exhaustConnections, fillDisk, killPostmaster, terminateBackends } from './database-plans.ts';
import { cutConnections, spoilLinks } from './network-plans.ts';
import type { Plan } from './plan.ts';
import { killAtPoints } from './point-plan.ts';
import { coldStart, equalRequests, migrateAtOnce, scarceStock } from './shop-plans.ts';
import { killWorkers, stopWorkers, suspendWorkers } from './worker-plans.ts';

/** Every plan, in the order in which they are run. */
export const PLANS: readonly Plan[] = [
  killWorkers,
  killAtPoints,
  suspendWorkers,
  stopWorkers,
  killPostmaster,
  terminateBackends,
  exhaustConnections,
  fillDisk,
  cutConnections,
  spoilLinks,
  coldStart,
  migrateAtOnce,
  equalRequests,
  scarceStock,
];
