import { parseArgs } from 'node:util';
import {
  type CheckReport,
  checkSaga,
  drawSaga,
  findingToMermaid,
  renderReport,
  SagaError,
} from '@countermand/saga-core';
import { loadSagas } from './load-sagas.js';

/** `countermand check`: proves the sagas of a module. The exit code is 0 where all of them are sound, else 1. */
export async function checkCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { export: { type: 'string' }, json: { type: 'boolean' }, mermaid: { type: 'boolean' } },
  });
  const [module] = positionals;
  if (module === undefined)
    throw new SagaError('SETTING_INVALID', 'say which module: countermand check ./saga.ts');
  const sagas = await loadSagas(module, values.export);
  const reports = sagas.map((saga) => checkSaga(saga));
  if (values.json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`);
  else if (values.mermaid) {
    const drawn = reports.map((report, index) => {
      const saga = sagas[index];
      return report.findings.length === 0 && saga ? drawSaga(saga) : drawFindings(report);
    });
    process.stdout.write(`${drawn.join('\n\n')}\n`);
  } else process.stdout.write(`${reports.map(renderReport).join('\n\n')}\n`);
  return reports.every(({ sound }) => sound) ? 0 : 1;
}

function drawFindings({ findings }: CheckReport): string {
  return findings.map(findingToMermaid).join('\n\n');
}
