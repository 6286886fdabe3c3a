import type { CheckReport } from './check-report.js';
import { wrapText } from './wrap-text.js';

/**
 * How states were reduced, what was assumed, and how much more there is to read of both: once for all reports. Of one
 * that found something only how much it is, for a way that was found can be gone whatever was assumed of others.
 *
 * @param nameOf - what a report is called
 */
export function renderInShort(
  reports: readonly CheckReport[],
  nameOf: (report: CheckReport) => string,
  width: number,
): string[] {
  const proofs = reports.filter(({ verdict }) => verdict !== 'broken');
  const told = (of: (report: CheckReport) => readonly string[]) => {
    const phrases = [...new Set(proofs.flatMap(of))];
    const isOneSaga = new Set(proofs.map(({ saga, version }) => `${saga} ${version}`)).size === 1;
    const called = (report: CheckReport) => (isOneSaga && report.case) || nameOf(report);
    return phrases.map((phrase) => {
      const whose = proofs.filter((report) => of(report).includes(phrase));
      return whose.length === proofs.length ? phrase : `${phrase} (${whose.map(called).join('; ')})`;
    });
  };
  const reduced = told(({ inShort }) => inShort.reduced);
  const assumed = told(({ inShort }) => inShort.assumed);
  return [
    ...(reduced.length > 0
      ? wrapText(`reduced: looked at once were states that differ only in ${either(reduced)}`, width, 2)
      : []),
    ...(assumed.length > 0 ? wrapText(`assumed: ${assumed.join('; ')}`, width, 2) : []),
    ...renderMore(reports, width),
  ];
}

function renderMore(reports: readonly CheckReport[], width: number): string[] {
  const count = (of: (report: CheckReport) => readonly string[]) => new Set(reports.flatMap(of)).size;
  const assumptions = count((report) => report.assumptions);
  const bounds = count((report) => report.bounds);
  const reached = count((report) => (report.verdict === 'broken' ? report.reached : []));
  const parts = [
    ...(reached > 0 ? [counted(reached, 'bound that was reached', 'bounds that were reached')] : []),
    counted(assumptions, 'assumption', 'assumptions'),
    counted(bounds, 'reduction', 'reductions'),
  ];
  return wrapText(`npx countermand check --verbose tells in full: ${parts.join(', ')}`, width, 2);
}

function either(phrases: readonly string[]): string {
  return phrases.length < 2 ? phrases.join() : `${phrases.slice(0, -1).join(', ')} or ${phrases.at(-1)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
