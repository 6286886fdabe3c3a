import { type AnySaga, drawSaga, SagaError } from '@countermand/saga-core';
import type { Command } from 'commander';
import { answer, type DatabaseFlags, jsonCommand, withDatabaseOptions } from './command-line.js';
import { withDatabase } from './connect-for-command.js';
import { findHistory, findSaga } from './db/find-sagas.js';
import { loadSagas } from './load-sagas.js';

interface DiagramFlags extends DatabaseFlags {
  readonly export?: string;
  readonly live?: string;
}

/**
 * `countermand diagram`: the machines of a module's sagas as Mermaid flowcharts; with `--live ID` the one of a stored
 * saga, with where it is, how it came there, what can still happen and what would be undone.
 */
export function diagramCommand(): Command {
  return withDatabaseOptions(
    jsonCommand('diagram MODULE [options]', 'draw the sagas of a module as Mermaid, or where a stored one is')
      .argument('<module>', 'a file, TypeScript too, or a package')
      .option('--export <name>', 'only this saga: its own name, or what it is exported as')
      .option('--live <id>', 'where this stored saga is, what is ahead, what would be undone'),
  ).action(async (module: string, flags: DiagramFlags) => {
    const sagas = await loadSagas(module, flags.export);
    const drawn =
      flags.live === undefined
        ? sagas.map((saga) => drawSaga(saga))
        : [await drawLive(sagas, module, flags.live, flags)];
    answer(flags.json, drawn, () => `${drawn.join('\n\n')}\n`);
  });
}

/** @throws SagaError `SAGA_NOT_FOUND`, `SAGA_UNKNOWN` */
async function drawLive(
  sagas: readonly AnySaga[],
  module: string,
  id: string,
  values: Parameters<typeof withDatabase>[0],
): Promise<string> {
  return await withDatabase(values, async (database) => {
    const found = await findSaga(database, database.names, id);
    if (!found) throw new SagaError('SAGA_NOT_FOUND', `no saga '${id}'`);
    const { saga: name, version, envelope } = found.stored;
    const definition = sagas.find((saga) => saga.name === name && saga.version === version);
    if (!definition)
      throw new SagaError('SAGA_UNKNOWN', `${id} is of '${name}' version ${version}, which ${module} lacks`);
    const history = await findHistory(database, database.names, id, {});
    return drawSaga(definition, { envelope, history });
  });
}
