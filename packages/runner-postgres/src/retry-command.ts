import { messageOf, SagaError } from '@countermand/saga-core';
import type { Command } from 'commander';
import {
  answer,
  connectionOf,
  type DatabaseFlags,
  jsonCommand,
  withActor,
  withDatabaseOptions,
  withReason,
} from './command-line.js';
import { createRunner } from './create-runner.js';
import { EXIT } from './exit-codes.js';
import { loadSagas } from './load-sagas.js';

interface RetryFlags extends DatabaseFlags {
  readonly step?: string;
  readonly reason: string;
  readonly by: string;
}

interface Retried {
  readonly id: string;
  readonly outcome: 'resumed' | 'refused';
  readonly code?: string;
  readonly message?: string;
}

/** `countermand retry`: lets parked sagas go on, with who and why in their history. Workers do the rest. */
export function retryCommand(): Command {
  return withActor(
    withDatabaseOptions(
      withReason(
        jsonCommand('retry MODULE ID... --reason WHY [options]', 'let parked sagas go on')
          .argument('<module>', 'the module that exports their definitions')
          .argument('<id...>', 'the ids of the sagas')
          .option('--step <key>', 'only this parked step (as show names it), of one saga'),
      ),
    ),
  ).action(async (module: string, ids: readonly string[], flags: RetryFlags) => {
    if (flags.step !== undefined && ids.length > 1)
      throw new SagaError('SETTING_INVALID', '--step is of one saga; give one id');
    const retried = await retryAll(module, ids, flags);
    answer(flags.json, retried, () => retried.map(render).join(''));
    if (retried.some(({ outcome }) => outcome === 'refused')) process.exitCode = EXIT.absent;
  });
}

async function retryAll(module: string, ids: readonly string[], flags: RetryFlags): Promise<Retried[]> {
  const { step, reason, by: actor } = flags;
  const runner = createRunner({ ...connectionOf(flags), sagas: await loadSagas(module) });
  try {
    await runner.ready();
    const retried: Retried[] = [];
    for (const id of ids) {
      try {
        await runner.retry(id, { actor, reason, ...(step !== undefined && { step }) });
        retried.push({ id, outcome: 'resumed' });
      } catch (error) {
        // The others are none the worse for it.
        if (!(error instanceof SagaError)) throw error;
        retried.push({ id, outcome: 'refused', code: error.code, message: messageOf(error) });
      }
    }
    return retried;
  } finally {
    await runner.stop();
  }
}

function render({ id, outcome, code, message }: Retried): string {
  return outcome === 'resumed' ? `${id} goes on\n` : `${id}: ${code}: ${message}\n`;
}
