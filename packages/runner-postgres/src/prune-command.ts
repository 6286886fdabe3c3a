import { SagaError } from '@countermand/saga-core';
import type { Command } from 'commander';
import { answer, type DatabaseFlags, jsonCommand, withDatabaseOptions } from './command-line.js';
import { withDatabase } from './connect-for-command.js';
import { deleteFinished, type Position } from './db/delete-finished.js';

const DAY_MS = 86_400_000;
/** Sagas that one transaction looks at. */
const LIMIT = 500;

interface PruneFlags extends DatabaseFlags {
  readonly finishedDays: string;
}

/**
 * `countermand prune`: deletes the sagas that have been finished for longer than is said, with all of their rows, in
 * small transactions. May be run beside workers, and broken off.
 */
export function pruneCommand(): Command {
  return withDatabaseOptions(
    jsonCommand(
      'prune --finished-days N [options]',
      'delete sagas that have been finished for longer, with their rows',
    ).requiredOption('--finished-days <days>', 'for how many days finished sagas are kept'),
  ).action(async (flags: PruneFlags) => {
    const days = Number(flags.finishedDays.trim() || Number.NaN);
    if (!Number.isFinite(days) || days < 0) {
      const wrong = `--finished-days must be a number of days, not '${flags.finishedDays}'`;
      throw new SagaError('SETTING_INVALID', wrong);
    }
    const deleted = await prune(flags, days);
    answer(flags.json, { deleted }, () => `${deleted} finished sagas were deleted, with all of their rows\n`);
  });
}

async function prune(flags: PruneFlags, days: number): Promise<number> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    return await withDatabase(flags, async (database) => {
      let sum = 0;
      let from: Position | undefined;
      do {
        const walked = await deleteFinished(database, { olderThanMs: days * DAY_MS, from, limit: LIMIT });
        sum += walked.deleted;
        from = walked.next;
      } while (from && !stopping.signal.aborted);
      return sum;
    });
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
  }
}
