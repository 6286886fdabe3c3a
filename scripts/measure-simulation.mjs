import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SEEDS = 20;

/** Runs some seeds under V8's coverage and prints, for each file of the runner outside db/ and queue/, its lines. */
export function measureSimulation(root) {
  const source = path.join(root, 'packages/runner-postgres/src');
  const folder = mkdtempSync(path.join(tmpdir(), 'simulation-'));
  try {
    run(source, folder);
    report(readCoverage(folder), source);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Loads every file, so that what isn't run at all counts as well. */
function run(source, folder) {
  const tsx = createRequire(path.join(source, '..', 'package.json')).resolve('tsx');
  const files = globSync('{*.ts,ports/*.ts}', { cwd: source }).filter(
    (file) => !/\.test(-d)?\.ts$|^cli\.ts$/.test(file),
  );
  const imports = [...files, 'simulation/simulation.ts'].map((file) =>
    JSON.stringify(pathToFileURL(path.join(source, file))),
  );
  const script = `
    const modules = await Promise.all([${imports}].map((url) => import(url)));
    const { simulate } = modules.at(-1);
    for (let seed = 1; seed <= ${SEEDS}; seed += 1) await simulate({ seed });`;
  const flags = [
    '--enable-source-maps',
    '--conditions=@countermand/source',
    '--import',
    pathToFileURL(tsx).href,
  ];
  const { status } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', script], {
    cwd: path.join(source, '..'),
    env: { ...process.env, NODE_V8_COVERAGE: folder },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the simulation under coverage failed');
}

function readCoverage(folder) {
  const parts = readdirSync(folder).map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
  return parts.sort((a, b) => b.result.length - a.result.length)[0];
}

function report(coverage, source) {
  const maps = coverage['source-map-cache'];
  const rows = coverage.result.flatMap(({ url, functions }) => {
    const plain = url.split('?')[0];
    const file = plain.startsWith('file:') ? path.relative(source, fileURLToPath(plain)) : '..';
    const isMeasured = /^(ports\/)?[a-z-]+\.ts$/.test(file) && maps[url];
    return isMeasured ? [{ file, ...countLines(functions, maps[url]) }] : [];
  });
  for (const { file, ran, all, missed } of rows.sort((a, b) => (a.file < b.file ? -1 : 1)))
    console.log(`${String(ran).padStart(5)} of ${String(all).padStart(4)}  ${file}  ${missed.join(' ')}`);
  const sum = (some, key) => some.reduce((total, row) => total + row[key], 0);
  const say = (name, some) => {
    const [ran, all] = [sum(some, 'ran'), sum(some, 'all')];
    console.log(`${name}: ${ran} of ${all} lines, ${((100 * ran) / all).toFixed(1)} %`);
  };
  const isFacade = ({ file }) => FACADE.has(file);
  say(
    'engine',
    rows.filter((row) => !isFacade(row)),
  );
  say('public side, which is not simulated', rows.filter(isFacade));
}

/** What turns calls of the public interface into items for the engine, and rows into views. */
const FACADE = new Set(
  ['runner', 'create-runner', 'postgres-runner', 'runner-options', 'saga-views', 'list-sagas', 'wait-for']
    .concat(['saga-reads', 'saga-upgrades', 'start-in-transaction', 'late-outcome', 'plain-event'])
    .concat(['check-command', 'diagram-command', 'migrate-command', 'load-sagas', 'index'])
    .map((name) => `${name}.ts`),
);

/** A line has run where something that begins on it has. */
function countLines(functions, { lineLengths, data }) {
  const map = new SourceMap(data);
  const length = lineLengths.reduce((sum, one) => sum + one + 1, 0);
  const counts = new Int32Array(length).fill(1);
  const ranges = functions.flatMap(({ ranges: some }) => some);
  // The widest first: a narrower range knows better.
  ranges.sort((a, b) => b.endOffset - b.startOffset - (a.endOffset - a.startOffset));
  for (const { startOffset, endOffset, count } of ranges) counts.fill(count, startOffset, endOffset);
  const lines = new Map();
  let offset = 0;
  for (const [line, columns] of lineLengths.entries()) {
    let before = '';
    for (let column = 0; column < columns; column += 1) {
      const { originalLine, originalColumn } = map.findEntry(line, column);
      const place = `${originalLine}:${originalColumn}`;
      if (originalLine === undefined || place === before) continue;
      before = place;
      lines.set(originalLine, (lines.get(originalLine) ?? false) || counts[offset + column] > 0);
    }
    offset += columns + 1;
  }
  const missed = [...lines].flatMap(([line, ran]) => (ran ? [] : line + 1)).sort((a, b) => a - b);
  return { all: lines.size, ran: lines.size - missed.length, missed };
}
