import { createRunner } from '@countermand/runner-postgres';
import type { AdaptersFor } from '@countermand/saga-core';
import type pg from 'pg';
import { seat1, seat2 } from './seat-versions.ts';

type SeatAdapters = AdaptersFor<typeof seat1> & AdaptersFor<typeof seat2>;

/** A runner of both versions. */
export function createSeatRunner(pool: pg.Pool, adapters: SeatAdapters) {
  // #region runner
  const runner = createRunner({ pool, sagas: [seat1, seat2], adapters: { seat: adapters } });
  // #endregion runner
  return runner;
}
