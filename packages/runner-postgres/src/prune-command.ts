import { parseArgs } from 'node:util';
import { SagaError } from '@countermand/saga-core';
import { DATABASE_OPTIONS, withDatabase } from './connect-for-command.js';
import { deleteFinished, type Position } from './db/delete-finished.js';

const DAY_MS = 86_400_000;
/** Sagas that one transaction looks at. */
const LIMIT = 500;

/**
 * `countermand prune`: deletes the sagas that have been finished for longer than is said, with all of their rows, in
 * small transactions. May be run beside workers, and broken off.
 */
export async function pruneCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...DATABASE_OPTIONS, 'finished-days': { type: 'string' } },
  });
  const days = Number(values['finished-days'] || Number.NaN);
  if (!Number.isFinite(days) || days < 0) {
    const example = 'countermand prune --finished-days 90';
    throw new SagaError('SETTING_INVALID', `say for how many days finished sagas are kept: ${example}`);
  }
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    const deleted = await withDatabase(values, async (database) => {
      let sum = 0;
      let from: Position | undefined;
      do {
        const walked = await deleteFinished(database, { olderThanMs: days * DAY_MS, from, limit: LIMIT });
        sum += walked.deleted;
        from = walked.next;
      } while (from && !stopping.signal.aborted);
      return sum;
    });
    process.stdout.write(`${deleted} finished sagas were deleted, with all of their rows\n`);
    return 0;
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
  }
}
