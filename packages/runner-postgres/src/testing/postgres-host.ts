import { SagaError } from '@countermand/saga-core';
import type { CreateHost } from '@countermand/saga-core/testing';
import { createTestTables } from '../db/test-tables.js';
import { virtualTimeHosts } from './virtual-time-host.js';

/** What {@link postgresHost} takes. */
export interface PostgresHostOptions {
  /** A connection string, without a pooler in between. Its role must be allowed to create schemas. */
  readonly databaseUrl: string | undefined;
  /** As `createRunner` takes it. Default `true`. */
  readonly followUp?: boolean;
  /** How long the machine may take until nothing is left to do, in milliseconds of real time. Default 10,000. */
  readonly settleTimeoutMs?: number;
}

/**
 * Hosts on a PostgreSQL of yours, for `pathTests` and `conformance` of `@countermand/saga-core/testing`: each test has a
 * runner and two schemas of its own, `countermand_test_...`, which are dropped when it ends; those of a run that was
 * killed are dropped by the next one. Time is virtual, in the process and in these schemas: hours pass at once. Nothing
 * else in the database is read or changed.
 *
 * @throws SagaError `SETTING_INVALID` where there is no `databaseUrl`; the host itself, where it doesn't lead anywhere
 * @example
 * const host = postgresHost({ databaseUrl: process.env.DATABASE_URL });
 * pathTests({ describe, it, expect }, host, trip, { adapters: { bookFlight } });
 */
export function postgresHost({
  databaseUrl,
  followUp = true,
  settleTimeoutMs = 10_000,
}: PostgresHostOptions): CreateHost {
  if (!databaseUrl)
    throw new SagaError('SETTING_INVALID', 'postgresHost needs databaseUrl; set DATABASE_URL and pass it on');
  return virtualTimeHosts(
    async () => {
      const { pool, names, drop } = await createTestTables(databaseUrl);
      return { pool, names, leave: drop };
    },
    { followUp, settleTimeoutMs },
  );
}
