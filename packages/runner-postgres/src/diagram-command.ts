import { parseArgs } from 'node:util';
import { type AnySaga, drawSaga, SagaError } from '@countermand/saga-core';
import { DATABASE_OPTIONS, withDatabase } from './connect-for-command.js';
import { findHistory, findSaga } from './db/find-sagas.js';
import { loadSagas } from './load-sagas.js';

/**
 * `countermand diagram`: the machines of a module's sagas as Mermaid flowcharts; with `--live ID` the one of a stored
 * saga, with where it is, how it came there, what can still happen and what would be undone.
 */
export async function diagramCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...DATABASE_OPTIONS, export: { type: 'string' }, live: { type: 'string' } },
  });
  const [module] = positionals;
  if (module === undefined)
    throw new SagaError('SETTING_INVALID', 'say which module: countermand diagram ./saga.ts');
  const sagas = await loadSagas(module, values.export);
  const drawn =
    values.live === undefined
      ? sagas.map((saga) => drawSaga(saga))
      : [await drawLive(sagas, module, values.live, values)];
  process.stdout.write(`${drawn.join('\n\n')}\n`);
  return 0;
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
