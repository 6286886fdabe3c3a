import { parseArgs } from 'node:util';
import { drawSaga, SagaError } from '@countermand/saga-core';
import { loadSagas } from './load-sagas.js';

/** `countermand diagram`: the machines of a module's sagas as Mermaid flowcharts. */
export async function diagramCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { export: { type: 'string' } },
  });
  const [module] = positionals;
  if (module === undefined)
    throw new SagaError('SETTING_INVALID', 'say which module: countermand diagram ./saga.ts');
  const sagas = await loadSagas(module, values.export);
  process.stdout.write(`${sagas.map((saga) => drawSaga(saga)).join('\n\n')}\n`);
  return 0;
}
