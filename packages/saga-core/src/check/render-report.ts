import type { CheckReport, Finding, TraceLine } from './check-report.js';
import { describeState } from './describe-cause.js';

/** A report for people: what was found, each with the way to it, what was explored, and what was assumed. */
export function renderReport(report: CheckReport): string {
  const { saga, version, findings, suppressed, unneeded, explored, reached, bounds, assumptions } = report;
  const verdict = report.verdict === 'broken' ? countOf(findings.length) : report.verdict;
  return [
    `${saga} ${version}${report.case === undefined ? '' : `, ${report.case}`}: ${verdict}`,
    ...byRule(findings).map((ofRule) => `\n${renderRule(ofRule)}`),
    ...(suppressed.length > 0 ? ['\naccepted:'] : []),
    ...suppressed.map(({ rule, message, reason }) => `  ${rule}: ${message}\n    for ${reason}`),
    ...(unneeded.length > 0 ? ['\naccepted in vain, for nothing is found that they mean:'] : []),
    ...unneeded.map(
      ({ rule, subject, reason }) =>
        `  ${rule}${subject === undefined ? '' : ` of '${subject}'`}\n    for ${reason}`,
    ),
    `\nexplored: ${explored.states} states, ${explored.transitions} transitions, up to ${explored.depth} things one after the other`,
    ...(findings.some(({ trace }) => trace.some(({ open }) => open.some((one) => one.endsWith('?'))))
      ? ['(a ? marks what may be open in the world: nobody knows)']
      : []),
    ...(findings.some(({ trace }) => trace.some(({ guards }) => guards)) ? GUESSED : []),
    ...(reached.length > 0 ? ['bounds that were reached, beyond which nothing was explored:'] : []),
    ...reached.map((line) => `  ${line}`),
    'bounds:',
    ...bounds.map((line) => `  ${line}`),
    'assumed:',
    ...assumptions.map((line) => `  ${line}`),
  ].join('\n');
}

const GUESSED = [
  '(what stands in brackets is how guards answered: both ways are tried; where one of them cannot be, give samples of the',
  ' input, and guards are asked: withCheckOptions(saga, { samples: { input: [...] } }))',
];

/** Of one rule, more findings than this are told without the way to them. */
const MOST_TOLD = 3;

function byRule(findings: readonly Finding[]): Finding[][] {
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return rules.map((rule) => findings.filter((one) => one.rule === rule));
}

/** What a rule found, each with the shortest way to it, and how to mend it. */
function renderRule(findings: readonly Finding[]): string {
  const [first] = findings;
  if (!first) return '';
  const { rule, title, mend } = first;
  const told = findings.slice(0, MOST_TOLD).flatMap(({ message, trace }) => [message, ...renderTrace(trace)]);
  const others = findings.slice(MOST_TOLD).map(({ message }) => message);
  return [
    `${rule}: ${title}`,
    ...told.map((line) => `  ${line}`),
    ...(others.length > 0 ? ['  and also (--json tells how):'] : []),
    ...others.map((line) => `    ${line}`),
    `  mend: ${mend}`,
    `  more: npx countermand check --explain ${rule}`,
  ].join('\n');
}

/** The lines of a trace, numbered, what happened on the left and where that led on the right. */
export function renderTrace(trace: readonly TraceLine[]): string[] {
  const left = trace.map(({ what, guards }, index) => {
    const asked = guards ? ` (${guards.join(', ')})` : '';
    return `${String(index).padStart(2)}. ${what}${asked}`;
  });
  const width = Math.min(72, Math.max(0, ...left.map(({ length }) => length)));
  return trace.map(({ state, open }, index) => {
    const what = (left[index] ?? '').padEnd(width);
    return `${what}  -> ${describeState(state)}${open.length > 0 ? `   open: ${open.join(', ')}` : ''}`;
  });
}

function countOf(count: number): string {
  return count === 1 ? '1 finding' : `${count} findings`;
}
