import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SEEDS = 20;
/** What the simulation promises: this much of the engine runs under it. Per cent. */
const AT_LEAST = 90;

/**
 * Runs some seeds under V8's coverage and prints, for each file that the engine is made of, its lines.
 *
 * @returns the exit code: 1 where less of the engine has run than is promised
 */
export function measureSimulation(root) {
  const source = path.join(root, 'packages/runner-postgres/src');
  const folder = mkdtempSync(path.join(tmpdir(), 'simulation-'));
  try {
    run(source, folder);
    return report(readCoverage(folder), source) < AT_LEAST ? 1 : 0;
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
  const engine = filesBehind('engine.ts', source);
  const [simulated, others] = [
    rows.filter((row) => engine.has(row.file)),
    rows.filter((row) => !engine.has(row.file)),
  ];
  for (const { file, ran, all, missed } of simulated.sort((a, b) => (a.file < b.file ? -1 : 1)))
    console.log(`${String(ran).padStart(5)} of ${String(all).padStart(4)}  ${file}  ${missed.join(' ')}`);
  say('public side and commands, which are not simulated', others);
  return say('engine', simulated);
}

/** @returns per cent */
function say(name, rows) {
  const [ran, all] = ['ran', 'all'].map((key) => rows.reduce((total, row) => total + row[key], 0));
  const share = (100 * ran) / all;
  console.log(`${name}: ${ran} of ${all} lines, ${share.toFixed(1)} %`);
  return share;
}

/** A file with all that it imports, and that these import; types alone don't count. */
function filesBehind(entry, source) {
  const files = new Set();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const text = readFileSync(path.join(source, file), 'utf8');
    for (const [, from] of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?'(\.[^']+)\.js'/gm))
      open.push(`${path.join(path.dirname(file), from)}.ts`);
  }
  return files;
}

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
