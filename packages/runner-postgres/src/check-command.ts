import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type CheckReport,
  checkCases,
  drawSaga,
  findingToMermaid,
  renderReport,
  SagaError,
} from '@countermand/saga-core';
import { loadSagas } from './load-sagas.js';

/**
 * `countermand check`: proves the sagas of a module. The exit code is 0 where nothing was found in any of them, else 1;
 * with `--strict` it is 0 only where no bound was reached either.
 */
export async function checkCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      export: { type: 'string' },
      json: { type: 'boolean' },
      mermaid: { type: 'boolean' },
      strict: { type: 'boolean' },
      explain: { type: 'string' },
    },
  });
  if (values.explain !== undefined) {
    process.stdout.write(pageOf(values.explain));
    return 0;
  }
  const [module] = positionals;
  if (module === undefined)
    throw new SagaError('SETTING_INVALID', 'say which module: countermand check ./saga.ts');
  const sagas = await loadSagas(module, values.export);
  const checked = sagas.flatMap((saga) => checkCases(saga).map((report) => ({ saga, report })));
  const reports = checked.map(({ report }) => report);
  if (values.json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`);
  else if (values.mermaid) {
    const drawn = checked.map(({ saga, report }) =>
      report.findings.length === 0 ? drawSaga(saga) : drawFindings(report),
    );
    process.stdout.write(`${[...new Set(drawn)].join('\n\n')}\n`);
  } else process.stdout.write(`${reports.map(renderReport).join('\n\n')}\n`);
  return reports.every(({ sound, verdict }) => (values.strict ? verdict === 'sound' : sound)) ? 0 : 1;
}

function drawFindings({ findings }: CheckReport): string {
  return findings.map(findingToMermaid).join('\n\n');
}

/** What the package tells of a rule. @throws SagaError `SETTING_INVALID` where there is no such rule */
function pageOf(rule: string): string {
  const folder = fileURLToPath(new URL('../check-pages', import.meta.url));
  const pages = readdirSync(folder).map((file) => file.slice(0, -'.md'.length));
  if (pages.includes(rule)) return readFileSync(`${folder}/${rule}.md`, 'utf8');
  throw new SagaError('SETTING_INVALID', `there is no rule '${rule}'; there are ${pages.sort().join(', ')}`);
}
