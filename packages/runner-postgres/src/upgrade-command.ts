import type { Command } from 'commander';
import {
  answer,
  connectionOf,
  type DatabaseFlags,
  jsonCommand,
  withActor,
  withDatabaseOptions,
} from './command-line.js';
import { createRunner } from './create-runner.js';
import { newestOf } from './diff-command.js';
import { EXIT } from './exit-codes.js';
import { loadSagas } from './load-sagas.js';
import { progressBar } from './progress-bar.js';
import type { UpgradeReport } from './upgrade-all.js';

type Report = UpgradeReport & { readonly saga: string; readonly version: number };

interface UpgradeFlags extends DatabaseFlags {
  readonly export?: string;
  readonly by: string;
  readonly all?: true;
}

/**
 * `countermand upgrade`: moves the sagas of a module to its newest versions. The exit code is 0 where all of them
 * were moved, 1 where some go on in their own version for now, 5 where migrations failed and sagas are parked.
 */
export function upgradeCommand(): Command {
  return withActor(
    withDatabaseOptions(
      jsonCommand('upgrade MODULE [options]', "move live sagas to the module's versions")
        .argument('<module>', 'a file, TypeScript too, or a package')
        .option('--export <name>', 'only this saga: its own name, or what it is exported as')
        .option('--all', 'settled sagas too'),
    ),
  ).action(async (module: string, flags: UpgradeFlags) => {
    process.exitCode = await upgrade(module, flags);
  });
}

async function upgrade(module: string, flags: UpgradeFlags): Promise<number> {
  const sagas = await loadSagas(module, flags.export);
  const runner = createRunner({ ...connectionOf(flags), sagas });
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    const reports: Report[] = [];
    for (const { name: saga, version } of newestOf(sagas)) {
      const bar = progressBar(`upgrading ${saga}`);
      const options = {
        ...{ actor: flags.by, to: version, includeSettled: flags.all ?? false, signal: stopping.signal },
        onProgress: ({ done, total }: { done: number; total: number }) => bar.show(done, total),
      };
      const report = await runner.upgradeAll({ name: saga }, options).finally(() => bar.end());
      reports.push({ saga, version, ...report });
    }
    answer(flags.json, reports, () => reports.map(render).join(''));
    if (reports.some(({ parked }) => parked > 0)) return EXIT.unsafe;
    return stopping.signal.aborted || reports.some(({ refused }) => refused > 0) ? EXIT.found : EXIT.done;
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    await runner.stop();
  }
}

function render(report: Report): string {
  const { saga, version, upgraded, refused, parked, reasons } = report;
  const lines = reasons.map(({ reason, count, example }) => `  ${count} such as ${example}: ${reason}\n`);
  return `${saga} version ${version}: ${upgraded} moved, ${refused} left as they are, ${parked} parked\n${lines.join('')}`;
}
