import type { AnySaga } from '@countermand/saga-core';
import type { Command } from 'commander';
import { answer, type DatabaseFlags, jsonCommand, withDatabaseOptions } from './command-line.js';
import { withDatabase } from './connect-for-command.js';
import { diffVersions, type VersionDiff } from './diff-versions.js';
import { EXIT } from './exit-codes.js';
import { loadSagas } from './load-sagas.js';
import { renderVersionDiff } from './render-version-diff.js';

interface DiffFlags extends DatabaseFlags {
  readonly export?: string;
  readonly all?: true;
}

/**
 * `countermand diff`: what the newest versions in a module mean for the sagas that are stored. The exit code is 0
 * where all of them are of that version or can move to it, 1 where a mapping is missing, 5 where moving is unsafe.
 */
export function diffCommand(): Command {
  return withDatabaseOptions(
    jsonCommand('diff MODULE [options]', "say which live sagas can go on in the module's versions")
      .argument('<module>', 'a file, TypeScript too, or a package')
      .option('--export <name>', 'only this saga: its own name, or what it is exported as')
      .option('--all', 'settled sagas too'),
  ).action(async (module: string, flags: DiffFlags) => {
    const sagas = newestOf(await loadSagas(module, flags.export));
    const diffs = await withDatabase(flags, async (database) => {
      const found: VersionDiff[] = [];
      for (const saga of sagas)
        found.push(
          await diffVersions(database, database.names, saga, { includeSettled: flags.all ?? false }),
        );
      return found;
    });
    answer(flags.json, diffs, () => `${diffs.map(renderVersionDiff).join('\n\n')}\n`);
    process.exitCode = exitCodeFor(diffs);
  });
}

function exitCodeFor(diffs: readonly VersionDiff[]): number {
  if (diffs.some(({ counts, definition }) => counts.unsafe > 0 || definition === 'changed'))
    return EXIT.unsafe;
  return diffs.some(({ counts }) => counts['needs-mapping'] > 0) ? EXIT.found : EXIT.done;
}

/** The newest version of each saga. */
export function newestOf(sagas: readonly AnySaga[]): AnySaga[] {
  const newest = new Map<string, AnySaga>();
  for (const saga of sagas)
    if ((newest.get(saga.name)?.version ?? 0) < saga.version) newest.set(saga.name, saga);
  return [...newest.values()];
}
