import type { CreateHost } from '@countermand/saga-core/testing';
import { schemaNames } from '../db/schema-name.js';
import { virtualTimeHosts } from '../testing/virtual-time-host.js';
import { freshDatabase } from './migrated-database.js';

/** Hosts in virtual time on databases that are emptied instead of made anew. */
export function hostWith(followUp: boolean): CreateHost {
  const findPlace = async () => {
    const { pool } = await freshDatabase();
    return { pool, names: schemaNames('countermand'), leave: () => Promise.resolve() };
  };
  return virtualTimeHosts(findPlace, { followUp, settleTimeoutMs: 30_000 });
}
