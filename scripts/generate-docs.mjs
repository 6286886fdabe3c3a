// pnpm docs:generate: writes what the documents take from the code: regions of tested files, tables made from the
// order machine and from the error codes. `pnpm verify` fails when a document differs from its source.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { performanceBlocks } from '../bench/src/performance-blocks.ts';
import { checkCodeBlocks } from './check-code-blocks.mjs';
import { checkTestTitles } from './check-test-titles.mjs';
import { prepareWorkspace, root } from './prepare-workspace.mjs';

const BLOCK = /(<!-- begin (include|generated) (\S+) -->\n)[\s\S]*?(<!-- end -->)/g;

/**
 * Compares the documents with their sources, or writes them anew.
 *
 * @throws Error that names the documents which aren't current
 */
export async function checkDocs({ write }) {
  await prepareWorkspace();
  const generators = await loadGenerators();
  const outdated = [];
  for (const file of documents()) {
    const before = readFileSync(path.join(root, file), 'utf8');
    const after = before.replace(BLOCK, (_, begin, kind, source, end) => {
      const text = kind === 'include' ? includeFile(source) : generators[source]?.();
      if (text === undefined) throw new Error(`${file}: nothing generates '${source}'`);
      return `${begin}\n${text.trim()}\n\n${end}`;
    });
    checkTestTitles(file, after);
    if (/^(README\.md$|docs\/|packages\/)/.test(file)) checkCodeBlocks(file, after);
    if (after === before) continue;
    outdated.push(file);
    if (write) writeFileSync(path.join(root, file), after);
  }
  if (outdated.length > 0 && !write) {
    throw new Error(`${outdated.join(', ')}: run pnpm docs:generate and look at the difference`);
  }
}

/** Every text of ours: what is installed, and the reference, which is written when the site is built, are none. */
function documents() {
  const exclude = (name) => ['node_modules', '.vitepress', 'api'].includes(name);
  const found = globSync(['docs/**/*.md', '{packages,examples}/*/README.md'], { cwd: root, exclude });
  return ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...found.sort()];
}

/** A file, or with `#name` what stands between its lines `#region name` and `#endregion name`. */
function includeFile(source) {
  const [file, region] = source.split('#');
  const text = readFileSync(path.join(root, file), 'utf8');
  const marked = new RegExp(`^.*#region ${region}\\n([\\s\\S]*?)^.*#endregion(?: ${region})?$`, 'm');
  const body = region ? marked.exec(text)?.[1] : text;
  if (body === undefined) throw new Error(`${file} has no region '${region}'`);
  const shown = withoutIndent(body.replace(/^.*\/\/ #(end)?region.*\n/gm, '')).trim();
  return `\`\`\`${path.extname(file).slice(1)}\n${shown}\n\`\`\``;
}

/** Moved to the left as far as all of its lines go. */
function withoutIndent(text) {
  const indents = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.search(/\S/)]));
  const common = Math.min(...indents);
  return text.replaceAll(new RegExp(`^ {${common}}`, 'gm'), '');
}

async function loadGenerators() {
  const load = (entry) => import(pathToFileURL(path.join(root, 'packages/saga-core/dist', entry)).href);
  const core = await load('index.js');
  const { createOrderSaga } = await load('order.js');
  const { leakingTrip } = await import('../examples/guides/src/leaking-trip.ts');
  const { mutationsOf } = await import('../packages/saga-core/src/test-support/mutations-of.ts');
  const saga = createOrderSaga();
  const code = (text) => (text ? `\`${text}\`` : '');
  return {
    ...performanceBlocks(),
    'leak-trace': () => {
      const [found] = core.renderReport(core.checkSaga(leakingTrip)).split('\n  mend:');
      return ['```', '$ npx countermand check trip.ts', found, '```'].join('\n');
    },
    // One of the mutations that `pnpm check:mutations` goes through.
    'leak-in-order': () => {
      const name = 'CANCELLED.compensating without compensation';
      const mutant = mutationsOf(saga).find((mutation) => mutation.name === name);
      const [found] = core
        .renderReport(core.checkSaga(mutant.saga, { stopAtFirst: true }))
        .split('\n  mend:');
      return ['```', '$ npx countermand check order.ts', found.replace(/^.*\n\n/, ''), '```'].join('\n');
    },
    'order-diagram': () => `\`\`\`mermaid\n${core.toMermaid(saga)}\n\`\`\``,
    'order-transitions': () =>
      table(
        ['In', 'when', 'if', 'to', 'which begins'],
        core
          .describeTransitions(saga)
          .map(({ from, on, guard, to, steps }) => [
            code(from),
            on,
            guard ?? '',
            code(to),
            steps.map(code).join(' '),
          ]),
      ),
    'order-steps': () =>
      table(
        ['Step', 'opens', 'undone by', 'closes', 'may be declined with'],
        Object.values(saga.steps).map(({ name, opens, closes, declines, pivot }) => [
          code(name) + (pivot ? ' (the point of no return)' : ''),
          code(opens?.kind),
          code(opens?.undo),
          closes.map(({ kind }) => code(kind)).join(' '),
          declines.map(code).join(' '),
        ]),
      ),
    'order-events': () =>
      table(
        ['Event', 'where no state takes it', 'opens', 'closes'],
        Object.entries(saga.events).map(([type, { defer, opens, closes }]) => [
          code(type),
          defer ? `kept for ${defer.ttlMs / 86_400_000} days` : 'ignored, and recorded',
          code(opens?.kind),
          (closes ?? []).map(({ kind }) => code(kind)).join(' '),
        ]),
      ),
    'error-codes': () =>
      Object.entries(core.ERROR_CODES)
        .map(([name, meaning]) => `## ${name}\n\n${meaning}`)
        .join('\n\n'),
  };
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await checkDocs({ write: process.argv.includes('--write') });
