import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './prepare-workspace.mjs';

/** Languages that somebody could run, and so somebody has to. Mermaid is drawn, and the rest is there to be read. */
const RUNS = ['ts', 'tsx', 'js', 'jsx', 'mjs', 'sql', 'json', 'yaml', 'sh', 'bash'];
/** Pages that a test follows from their text, and who does. */
const FOLLOWED = { 'docs/tutorial.md': 'scripts/test-packed.mjs' };
/** Pages that a test makes as a whole. */
const MADE = /^docs\/check\//;

/**
 * What a reader could copy comes from a file that is tested, or says in a comment before it who runs it:
 * `<!-- run by FILE -->`, or `<!-- run by FILE: TEXT -->` with a text that stands in that file.
 *
 * @returns a row for each block that is run as it stands: the document, its first line, who runs it
 * @throws Error that names the first block of which nobody knows whether it works
 */
export function checkCodeBlocks(file, text) {
  if (MADE.test(file)) return [];
  const rows = [];
  let before = '';
  let embedded = false;
  let within = false;
  for (const line of text.split('\n')) {
    const [, language] = (!within && /^```(\w+)/.exec(line)) || [];
    if (within || line.startsWith('```')) within = !(within && line.startsWith('```'));
    if (language && RUNS.includes(language) && !embedded) rows.push([file, whoRuns(file, before, language)]);
    if (/^<!-- begin (include|generated) /.test(line)) embedded = true;
    if (line === '<!-- end -->') embedded = false;
    if (line.trim() !== '') before = line;
  }
  return rows;
}

function whoRuns(file, before, language) {
  const comment = /^<!-- (.+) -->$/.exec(before)?.[1];
  if (FOLLOWED[file] && comment) return FOLLOWED[file];
  const [, by, what] = /^run by (\S+?)(?:: (.+))?$/.exec(comment ?? '') ?? [];
  if (by === undefined) {
    throw new Error(
      `${file}: a block of ${language} after "${before}" comes from no tested file, and names nobody who runs it`,
    );
  }
  const runner = path.join(root, by);
  if (!existsSync(runner)) throw new Error(`${file}: there is no ${by} that could run a block`);
  if (what !== undefined && !readFileSync(runner, 'utf8').includes(what))
    throw new Error(`${file}: ${by} has no "${what}"`);
  return by;
}
