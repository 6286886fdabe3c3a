import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type AnySaga,
  type CheckReport,
  checkCases,
  describeEvents,
  drawSaga,
  type Finding,
  findingToMermaid,
  renderReports,
  SagaError,
} from '@countermand/saga-core';
import type { Command } from 'commander';
import { answer, jsonCommand } from './command-line.js';
import { EXIT } from './exit-codes.js';
import { loadSagas } from './load-sagas.js';
import { renderEvents } from './render-events.js';
import { wrapMarkdown } from './wrap-markdown.js';

interface CheckFlags {
  readonly export?: string;
  readonly json?: true;
  readonly mermaid?: true;
  readonly strict?: true;
  readonly verbose?: true;
  readonly events?: true;
  readonly explain?: string;
}

/**
 * `countermand check`: proves the sagas of modules. The exit code is 0 where nothing was found in any of them, else 1;
 * with `--strict` it is 0 only where no bound was reached either.
 */
export function checkCommand(): Command {
  return jsonCommand(
    'check MODULE... [options]',
    'prove the sagas that modules export, or show what is wrong',
  )
    .argument('[modules...]', 'files, TypeScript too, or packages')
    .option('--export <name>', 'only this saga: its own name, or what it is exported as')
    .option('--mermaid', 'draw what was found, and the machine where nothing was')
    .option('--verbose', 'every bound and every assumption in full')
    .option('--strict', 'a bound that was reached is something found, too')
    .option('--events', 'only tell what becomes of every public event in every state')
    .option('--explain <rule>', 'what a rule means, a machine that breaks it, and the mend; takes no module')
    .action(async (modules: string[], flags: CheckFlags) => {
      process.exitCode = await check(modules, flags);
    });
}

async function check(modules: readonly string[], flags: CheckFlags): Promise<number> {
  if (flags.explain !== undefined) {
    const page = pageOf(flags.explain);
    answer(flags.json, { rule: flags.explain, page }, () => wrapMarkdown(page, terminalWidth()));
    return EXIT.done;
  }
  if (modules.length === 0)
    throw new SagaError('SETTING_INVALID', 'say which module: countermand check ./saga.ts');
  if (modules.length > 1 && flags.export !== undefined)
    throw new SagaError(
      'SETTING_INVALID',
      `--export names a saga of one module; there are ${modules.length}`,
    );
  const sagas: AnySaga[] = [];
  for (const module of modules) sagas.push(...(await loadSagas(module, flags.export)));
  if (flags.events) {
    answerWithEvents(sagas, flags.json);
    return EXIT.done;
  }
  const checked = sagas.flatMap((saga) => checkCases(saga).map((report) => ({ saga, report })));
  const reports = checked.map(({ report }) => report);
  if (flags.mermaid) {
    const drawn = checked.map(({ saga, report }) =>
      report.findings.length === 0 ? drawSaga(saga) : drawFindings(report),
    );
    const all = [...new Set(drawn)];
    answer(flags.json, all, () => `${all.join('\n\n')}\n`);
  } else {
    const options = { width: terminalWidth(), verbose: flags.verbose === true };
    answer(flags.json, reports, () => `${renderReports(reports, options)}\n`);
  }
  const isFine = reports.every(({ sound, verdict }) => (flags.strict ? verdict === 'sound' : sound));
  return isFine ? EXIT.done : EXIT.found;
}

function answerWithEvents(sagas: readonly AnySaga[], json: true | undefined): void {
  const tables = sagas.map((saga) => ({
    saga: saga.name,
    version: saga.version,
    events: describeEvents(saga),
  }));
  const inWords = () =>
    tables.map(({ saga, version, events }) => renderEvents(`${saga} ${version}`, events)).join('\n');
  answer(json, tables, inWords);
}

/** Lines as wide as the terminal, but not so wide that they are hard to read; into a file, as the page of a book. */
function terminalWidth(): number {
  const { columns = 80 } = process.stdout;
  return Math.min(120, Math.max(60, columns));
}

/** What one rule found on one and the same way is one drawing. */
function drawFindings({ findings }: CheckReport): string {
  const ways = new Map<string, Finding>();
  for (const finding of findings) {
    const way = JSON.stringify([finding.rule, finding.trace]);
    const known = ways.get(way);
    ways.set(way, known ? { ...known, message: `${known.message}; ${finding.message}` } : finding);
  }
  return [...ways.values()].map(findingToMermaid).join('\n\n');
}

/** What the package tells of a rule. @throws SagaError `SETTING_INVALID` where there is no such rule */
function pageOf(rule: string): string {
  const folder = fileURLToPath(new URL('../check-pages', import.meta.url));
  const pages = readdirSync(folder).map((file) => file.slice(0, -'.md'.length));
  if (pages.includes(rule)) return readFileSync(`${folder}/${rule}.md`, 'utf8');
  throw new SagaError('SETTING_INVALID', `there is no rule '${rule}'; there are ${pages.sort().join(', ')}`);
}
