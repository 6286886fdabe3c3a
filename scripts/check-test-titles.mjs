import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './prepare-workspace.mjs';

/** Links to tests, chapters of tests and plans of chaos; other links to code say nothing of a title. */
const TO_A_TEST = /\[([^\]]+)\]\(([^)\s]+(?:\.test|-chapter|-plans?|\/verdicts)\.ts)\)/g;
const NAMES = /\b(plans?|worlds:) (`[^`]+`(?:,? (?:and )?`[^`]+`)*)/g;

/**
 * What a document says is shown by a test must be: a link to a test carries the whole title of a test, a suite or a plan
 * there; plans and faults of worlds that are named exist.
 *
 * @throws Error that names the first title that nothing has
 */
export function checkTestTitles(file, text) {
  for (const [, linked, target] of text.matchAll(TO_A_TEST)) {
    // A paragraph may be broken in the middle of one.
    const title = linked.replaceAll(/\s+/g, ' ');
    const source = read(path.posix.join(path.posix.dirname(file), target));
    if (!titlesIn(source).has(title)) throw new Error(`${file}: ${target} has no test '${title}'`);
  }
  if (file !== 'docs/guarantees.md') return;
  for (const [, kind, names] of text.matchAll(NAMES)) {
    for (const [, name] of names.matchAll(/`([^`]+)`/g)) {
      const where = kind === 'worlds:' ? 'packages/runner-postgres/src/simulation/' : 'chaos/src/plans/';
      const known = kind === 'worlds:' ? faultsOf(where) : plansOf(where);
      if (!known.has(name)) throw new Error(`${file}: nothing in ${where} is called '${name}'`);
    }
  }
}

const read = (file) => readFileSync(path.join(root, file), 'utf8');

/**
 * Whole strings that are the first of a call or of a row, the title or name of an object, or a key; also without
 * what a table puts at their end.
 */
function titlesIn(source) {
  const strings = [
    ...source.matchAll(/(?:[([]|\b(?:title|name):)\s*(['"`])((?:\\.|(?!\1).)*)\1/g),
    ...source.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1:\s/g),
  ];
  const titles = strings.map(([, , text]) => text.replaceAll(/\\(['"`])/g, '$1'));
  return new Set([...titles, ...titles.map((title) => title.replace(/: %s$/, ''))]);
}

const FAULTS = ['nemesis', 'remote', 'shop', 'sim-connection', 'sim-database', 'sim-store', 'sim-worker'];

function faultsOf(folder) {
  return new Set([
    // Situations that are counted apart.
    ...[...read(`${folder}faults.ts`).matchAll(/^ {2}'([^']+)',$/gm)].map(([, scene]) => scene),
    ...FAULTS.flatMap((name) =>
      [...read(`${folder}${name}.ts`).matchAll(/\.(?:hit|count)\(\s*'([^']+)'/g)].map(([, fault]) => fault),
    ),
  ]);
}

function plansOf(folder) {
  const files = ['database-plans', 'network-plans', 'point-plan', 'shop-plans', 'worker-plans'];
  return new Set(
    files.flatMap((name) =>
      [...read(`${folder}${name}.ts`).matchAll(/\bname: '([^']+)'/g)].map(([, plan]) => plan),
    ),
  );
}
