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
import { loadSagas } from './load-sagas.js';

interface SkipFlags extends DatabaseFlags {
  readonly step: string;
  readonly reason: string;
  readonly by: string;
}

/** `countermand skip`: gives a parked step up, with who and why in the history. */
export function skipCommand(): Command {
  return withActor(
    withDatabaseOptions(
      withReason(
        jsonCommand('skip MODULE ID --step KEY --reason WHY [options]', 'give a parked step up')
          .argument('<module>', 'the module that exports its definition')
          .argument('<id>', "the saga's id")
          .requiredOption('--step <key>', 'the parked step, as show names it'),
      ),
    ),
  ).action(async (module: string, id: string, flags: SkipFlags) => {
    const { step, reason, by: actor } = flags;
    const runner = createRunner({ ...connectionOf(flags), sagas: await loadSagas(module) });
    try {
      await runner.skip(id, { actor, step, reason });
    } finally {
      await runner.stop();
    }
    answer(flags.json, { id, step, outcome: 'skipped' }, () => `${step} of ${id} is given up\n`);
  });
}
