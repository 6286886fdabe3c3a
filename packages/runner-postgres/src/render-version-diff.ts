import type { UpgradeVerdict } from '@countermand/saga-core';
import type { VersionDiff } from './diff-versions.js';

const WORDS: Readonly<Record<UpgradeVerdict, string>> = {
  same: 'same version',
  'can-move': 'can move',
  'needs-mapping': 'needs a mapping',
  unsafe: 'unsafe now',
};

/** A comparison for people. */
export function renderVersionDiff(diff: VersionDiff): string {
  const { saga, version, definition, differences, counts, groups, settledLeftOut } = diff;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const said = (Object.keys(WORDS) as UpgradeVerdict[])
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${WORDS[verdict]}`);
  return [
    `${saga} version ${version}, ${DEFINITION[definition]}: ${total} live sagas${said.length > 0 ? `, ${said.join(', ')}` : ''}`,
    ...(definition === 'changed'
      ? ['  its structure is not what the database knows under this version; give it a new one:']
      : differences.length > 0
        ? ['  what differs from the version before:']
        : []),
    ...differences.map((line) => `    ${line}`),
    ...groups.flatMap(({ from, state, verdict, reasons, count, examples }) => [
      `  ${WORDS[verdict].padEnd(15)} ${String(count).padStart(7)}  version ${from}  ${state}`,
      ...reasons.map((reason) => `      because ${reason}`),
      ...(reasons.length > 0 ? [`      such as ${examples.join(', ')}`] : []),
    ]),
    ...(settledLeftOut > 0 ? [`  ${settledLeftOut} settled sagas were not looked at (--all)`] : []),
  ].join('\n');
}

const DEFINITION = {
  new: 'which no process has declared yet',
  known: 'as it is in the database',
  changed: 'CHANGED',
} as const;
