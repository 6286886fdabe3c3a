import type { CreateHost } from '@countermand/saga-core/testing';
import { schemaNames } from '../db/schema-name.js';
import { virtualTimeHosts } from '../testing/virtual-time-host.js';
import { borrowDatabase } from './migrated-database.js';

/** Hosts in virtual time for tests that run side by side: each has a database until it is closed. */
export function borrowedHosts(): CreateHost {
  const findPlace = async () => {
    const { pool, giveBack } = await borrowDatabase();
    return { pool, names: schemaNames('countermand'), leave: giveBack };
  };
  return virtualTimeHosts(findPlace, { followUp: true, settleTimeoutMs: 30_000 });
}
