import type { CheckReport, Finding, TraceLine } from './check-report.js';
import { describeState } from './describe-cause.js';

/** A report for people: what was found, each with the way to it, what was explored, and what was assumed. */
export function renderReport(report: CheckReport): string {
  const { saga, version, sound, findings, suppressed, explored, bounds, assumptions } = report;
  const verdict = sound ? 'sound' : findings.length === 0 ? 'not proved' : countOf(findings.length);
  return [
    `${saga} ${version}${report.case === undefined ? '' : `, ${report.case}`}: ${verdict}`,
    ...findings.map((finding) => `\n${renderFinding(finding)}`),
    ...(suppressed.length > 0 ? ['\naccepted:'] : []),
    ...suppressed.map(({ rule, message, reason }) => `  ${rule}: ${message}\n    for ${reason}`),
    `\nexplored: ${explored.states} states, ${explored.transitions} transitions, up to ${explored.depth} things one after the other`,
    'bounds:',
    ...bounds.map((line) => `  ${line}`),
    'assumed:',
    ...assumptions.map((line) => `  ${line}`),
  ].join('\n');
}

/** One finding, with the shortest way to it and how to mend it. */
function renderFinding({ rule, title, message, mend, trace }: Finding): string {
  const steps = renderTrace(trace).map((line) => `  ${line}`);
  return [
    `${rule}: ${title}`,
    `  ${message}`,
    ...steps,
    `  mend: ${mend}`,
    `  more: npx countermand check --explain ${rule}`,
  ].join('\n');
}

/** The lines of a trace, numbered, what happened on the left and where that led on the right. */
export function renderTrace(trace: readonly TraceLine[]): string[] {
  const left = trace.map(({ what, guards }, index) => {
    const asked = guards ? ` (guards: ${guards.join(', ')})` : '';
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
