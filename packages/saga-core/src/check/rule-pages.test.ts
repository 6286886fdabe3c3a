import { describe, expect, test } from 'vitest';
import type { AnySaga } from '../saga-definition.js';
import { BROKEN } from '../test-support/check-corpus/broken-machines.js';
import { checkSaga } from './check-saga.js';
import { renderTrace } from './render-trace.js';
import type { Rule } from './rule.js';
import { CHECK_RULES } from './rules.js';

/** The pages are made here: `vitest -u` writes them anew. */
const PAGES = '../../../../docs/check';
/** The same once more, for `countermand check --explain` in a package. */
const PACKED = '../../../runner-postgres/check-pages';

describe('every rule has its page, made from the smallest machine that breaks it', () => {
  test.each(CHECK_RULES)('$code', async (rule) => {
    await expect(pageOf(rule)).toMatchFileSnapshot(`${PAGES}/${rule.code}.md`);
    await expect(pageOf(rule)).toMatchFileSnapshot(`${PACKED}/${rule.code}.md`);
  });

  test('the list of them', async () => {
    const lines = CHECK_RULES.map(
      ({ code, title }) => `- [${code}](${code}.md): ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
    );
    const more = '[How to read a report](reading.md); [what it explores, and where it stops](bounds.md).';
    const page = ['# What the check finds', '', ...lines, '', more, ''].join('\n');
    await expect(page).toMatchFileSnapshot(`${PAGES}/README.md`);
  });
});

function pageOf({ code, title, explanation, mend }: Rule): string {
  const example = BROKEN.find(({ rule }) => rule === code);
  if (!example) throw new Error(`the corpus has no machine that breaks ${code}`);
  const { saga } = example;
  const [finding] = checkSaga(saga).findings;
  return [
    `# ${code}`,
    '',
    `**${title}.** ${explanation}`,
    '',
    '## A machine that breaks it',
    '',
    '```js',
    `createMachine(${sourceOf(saga.machine.config, '')})`,
    '```',
    '',
    ...stepsOf(saga),
    '## What the check says',
    '',
    '```',
    `${finding?.message}`,
    ...renderTrace(finding?.trace ?? []).map((line) => line.trimEnd()),
    '```',
    '',
    '## How to mend it',
    '',
    `${mend.charAt(0).toUpperCase()}${mend.slice(1)}.`,
    '',
  ].join('\n');
}

/** The contracts and events that this machine has to do with. */
function stepsOf({ structure, machine, steps, events }: AnySaga): string[] {
  const config = JSON.stringify(machine.config);
  const named = Object.keys(steps).filter((name) => config.includes(`"${name}"`));
  const undone = named.map((name) => steps[name]?.opens?.undo);
  const wanted = [...named, ...undone].map((name) => `step ${name}`);
  const lines = structure.filter(
    (line) =>
      wanted.some((start) => line === start || line.startsWith(`${start} `)) ||
      Object.keys(events).some((type) => line.startsWith(`event ${type}`)),
  );
  return lines.length === 0 ? [] : ['with', '', '```', ...lines, '```', ''];
}

/** A machine's configuration as one would write it. */
function sourceOf(value: unknown, indent: string): string {
  if (typeof value === 'string') return value.includes("'") ? JSON.stringify(value) : `'${value}'`;
  if (typeof value === 'function')
    return 'delay' in value
      ? `raise({ type: 'NOW' }, { id: 'now', delay: ${String(value.delay)} })`
      : 'action';
  if (Array.isArray(value)) return `[${value.map((one) => sourceOf(one, indent)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).filter(([key, inner]) => key !== 'input' && inner !== undefined);
  const parts = entries.map(([key, inner]) => `${key}: ${sourceOf(inner, `${indent}  `)}`);
  const line = parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
  if (indent.length + line.length < 90 && !line.includes('\n')) return line;
  return `{\n${parts.map((part) => `${indent}  ${part},`).join('\n')}\n${indent}}`;
}
