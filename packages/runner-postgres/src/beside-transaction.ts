import { SagaError } from '@countermand/saga-core';
import type { Database } from './db/database.js';

/** So long may all connections of the pool be in use, before it is said that one of them is waited for in vain. */
const STARVED_MS = 3_000;

/**
 * Does what needs a connection while a transaction of the caller's holds one. Where the pool has none left, the caller
 * would wait for itself.
 *
 * @throws SagaError `OVERLOADED`; the work goes on, and is done once there is a connection
 */
export async function besideTransaction(
  database: Pick<Database, 'untilStarved'>,
  work: Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const starved = database.untilStarved(STARVED_MS, over.signal).then(() => {
    throw new SagaError(
      'OVERLOADED',
      `the pool had no connection for ${STARVED_MS / 1_000} s beside that of your transaction, which what comes first needs: await runner.ready() when the process begins`,
    );
  });
  try {
    await Promise.race([work, starved]);
  } finally {
    over.abort();
    starved.catch(() => undefined);
    work.catch(() => undefined);
  }
}
