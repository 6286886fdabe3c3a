import { SagaError } from '@countermand/saga-core';
import type { Command } from 'commander';
import { answer, type DatabaseFlags, jsonCommand, withDatabaseOptions } from './command-line.js';
import { withDatabase } from './connect-for-command.js';
import { deleteFinished, type Position } from './db/delete-finished.js';
import { deleteUnclaimed, type MessagePlace } from './db/delete-unclaimed.js';

const DAY_MS = 86_400_000;
/** Sagas, and messages, that one transaction looks at. */
const SAGAS = 500;
const MESSAGES = 5_000;

interface PruneFlags extends DatabaseFlags {
  readonly finishedDays: string;
}

/**
 * `countermand prune`: deletes the sagas that have been finished for longer than is said, with all of their rows, and the
 * messages for sagas that never began, in small transactions. May be run beside workers, and broken off.
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
    const pruned = await prune(flags, days * DAY_MS);
    answer(flags.json, pruned, () => render(pruned));
  });
}

interface Pruned {
  readonly deleted: number;
  /** Messages for sagas that there aren't. */
  readonly messages: number;
}

async function prune(flags: PruneFlags, olderThanMs: number): Promise<Pruned> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    return await withDatabase(flags, async (database) => {
      const { signal } = stopping;
      const deleted = await walk<Position>(signal, (from) =>
        deleteFinished(database, { olderThanMs, from, limit: SAGAS }),
      );
      const messages = await walk<MessagePlace>(signal, (from) =>
        deleteUnclaimed(database, { olderThanMs, from, limit: MESSAGES }),
      );
      return { deleted, messages };
    });
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
  }
}

/** Goes on until the end, or until it is stopped; says how many were deleted. */
async function walk<From>(
  signal: AbortSignal,
  step: (from: From | undefined) => Promise<{ readonly next: From | undefined; readonly deleted: number }>,
): Promise<number> {
  let sum = 0;
  let from: From | undefined;
  do {
    const walked = await step(from);
    sum += walked.deleted;
    from = walked.next;
  } while (from !== undefined && !signal.aborted);
  return sum;
}

function render({ deleted, messages }: Pruned): string {
  const others = messages > 0 ? `${messages} messages for sagas that never began were deleted\n` : '';
  return `${deleted} finished sagas were deleted, with all of their rows\n${others}`;
}
