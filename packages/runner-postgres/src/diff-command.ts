import { parseArgs } from 'node:util';
import { type AnySaga, SagaError } from '@countermand/saga-core';
import { DATABASE_OPTIONS, withDatabase } from './connect-for-command.js';
import { diffVersions, type VersionDiff } from './diff-versions.js';
import { loadSagas } from './load-sagas.js';
import { renderVersionDiff } from './render-version-diff.js';

const NEEDS_MAPPING = 3;
const UNSAFE = 4;

/**
 * `countermand diff`: what the newest versions in a module mean for the sagas that are stored. The exit code is 0
 * where all of them are of that version or can move to it, 3 where a mapping is missing, 4 where moving is unsafe.
 */
export async function diffCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...DATABASE_OPTIONS,
      export: { type: 'string' },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
  });
  const [module] = positionals;
  if (module === undefined)
    throw new SagaError('SETTING_INVALID', 'say which module: countermand diff ./saga.ts');
  const sagas = newestOf(await loadSagas(module, values.export));
  const diffs = await withDatabase(values, async (database) => {
    const found: VersionDiff[] = [];
    for (const saga of sagas)
      found.push(await diffVersions(database, database.names, saga, { includeSettled: values.all }));
    return found;
  });
  process.stdout.write(
    values.json
      ? `${JSON.stringify(diffs, undefined, 2)}\n`
      : `${diffs.map(renderVersionDiff).join('\n\n')}\n`,
  );
  if (diffs.some(({ counts, definition }) => counts.unsafe > 0 || definition === 'changed')) return UNSAFE;
  return diffs.some(({ counts }) => counts['needs-mapping'] > 0) ? NEEDS_MAPPING : 0;
}

/** The newest version of each saga. */
export function newestOf(sagas: readonly AnySaga[]): AnySaga[] {
  const newest = new Map<string, AnySaga>();
  for (const saga of sagas)
    if ((newest.get(saga.name)?.version ?? 0) < saga.version) newest.set(saga.name, saga);
  return [...newest.values()];
}
