import type { CreateHost } from '@countermand/saga-core/testing';
import pg from 'pg';
import { schemaNames } from '../db/schema-name.js';
import { virtualTimeHosts } from '../testing/virtual-time-host.js';
import { borrowDatabase } from './migrated-database.js';

/** Hosts in virtual time for tests that run side by side: each has a database until it is closed. */
export function borrowedHosts(): CreateHost {
  const findPlace = async () => {
    const { url, giveBack } = await borrowDatabase();
    const pool = new pg.Pool({ connectionString: url, max: 3 });
    pool.on('error', () => undefined);
    return {
      pool,
      names: schemaNames('countermand'),
      async leave() {
        await pool.end();
        await giveBack();
      },
    };
  };
  return virtualTimeHosts(findPlace, { followUp: true, settleTimeoutMs: 30_000 });
}
