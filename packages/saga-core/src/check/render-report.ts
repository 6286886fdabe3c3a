import type { CheckReport, Finding, GuessedGuards, SuppressedFinding } from './check-report.js';
import { renderInShort } from './render-in-short.js';
import { renderTrace } from './render-trace.js';
import { wrapText } from './wrap-text.js';

/** How a report is written for people. */
export interface RenderOptions {
  /** How many characters a line may have, where its words allow; 80 by default. */
  readonly width?: number;
  /** Every bound and every assumption in full, instead of what they come to. */
  readonly verbose?: boolean;
}

/**
 * A report for people: what was found, each with the way to it, what was explored, and what was assumed; that in a few
 * words, unless it is to be `verbose`.
 */
export function renderReport(report: CheckReport, options: RenderOptions = {}): string {
  return renderReports([report], options);
}

/**
 * Several reports for people, one after the other, those that found something first; what bounded them and what was
 * assumed stands once, at the end.
 */
export function renderReports(reports: readonly CheckReport[], options: RenderOptions = {}): string {
  const { width = 80, verbose = false } = options;
  const isBroken = ({ verdict }: CheckReport) => verdict === 'broken';
  const inOrder = [...reports.filter(isBroken), ...reports.filter((report) => !isBroken(report))];
  // What a bound cut off matters to a proof, and not to a way that was found.
  const cut = verbose ? inOrder : inOrder.filter((report) => !isBroken(report));
  return [
    ...inOrder.flatMap((report) => [...renderFound(report, width, verbose), '']),
    ...legend(inOrder, width),
    ...renderShared(cut, REACHED, ({ reached }) => reached, width),
    ...(verbose
      ? [
          ...renderShared(inOrder, 'simplified, without missing anything:', ({ bounds }) => bounds, width),
          ...renderShared(inOrder, 'assumed:', ({ assumptions }) => assumptions, width),
        ]
      : renderInShort(inOrder, nameOf, width)),
  ].join('\n');
}

const REACHED = 'bounds that were reached, beyond which nothing was explored:';

function renderFound(report: CheckReport, width: number, verbose: boolean): string[] {
  const { findings, suppressed, unneeded, vain, explored } = report;
  const verdict = report.verdict === 'broken' ? counted(findings.length, 'finding') : report.verdict;
  const { states, transitions, depth } = explored;
  return [
    `${nameOf(report)}: ${verdict}`,
    ...byRule(findings).flatMap((ofRule) => ['', ...renderRule(ofRule, width)]),
    ...(suppressed.length > 0 ? ['', 'accepted:'] : []),
    ...renderAccepted(suppressed, width, verbose),
    ...(unneeded.length > 0 ? ['', 'accepted in vain, for nothing is found that they mean:'] : []),
    ...unneeded.flatMap(({ rule, subject, reason }) => [
      `  ${rule}${subject === undefined ? '' : ` of '${subject}'`}`,
      ...wrapText(`    for ${reason}`, width, 6),
    ]),
    ...(vain.length > 0 ? ['', 'named in vain:'] : []),
    ...vain.flatMap((line) => wrapText(`  ${line}`, width, 4)),
    ...(findings.length + suppressed.length + unneeded.length + vain.length > 0 ? [''] : []),
    ...wrapText(
      `explored: ${counted(states, 'state')} and ${counted(transitions, 'transition')}, up to ${counted(depth, 'thing')} after the start`,
      width,
      2,
    ),
  ];
}

/** What was accepted for one and the same reason stands once; what was found there is told in full where that is wanted. */
function renderAccepted(suppressed: readonly SuppressedFinding[], width: number, verbose: boolean): string[] {
  const groups = new Map<string, SuppressedFinding[]>();
  for (const one of suppressed) {
    const key = JSON.stringify([one.rule, one.reason]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { rule, reason } = first;
    const what = verbose
      ? group.flatMap(({ message }) => wrapText(`  ${rule}: ${message}`, width, 4))
      : wrapText(`  ${rule} of ${group.map(({ subject }) => subject).join(', ')}`, width, 4);
    return [...what, ...wrapText(`    for ${reason}`, width, 6)];
  });
}

function nameOf({ saga, version, case: ofCase }: CheckReport): string {
  return `${saga} ${version}${ofCase === undefined ? '' : `, ${ofCase}`}`;
}

/** What signs in the traces mean. */
function legend(reports: readonly CheckReport[], width: number): string[] {
  const findings = reports.flatMap((report) => report.findings);
  const isMaybe = findings.some(({ trace }) =>
    trace.some(({ open }) => open.some((one) => one.endsWith('?'))),
  );
  const isGuessed = findings.some(({ guesses, guessed }) => guesses && !guessed);
  const told = [
    ...(isMaybe ? ['(a ? marks what may be open in the world: nobody knows)'] : []),
    ...(isGuessed
      ? [
          '(! guessed: guards are taken both ways, and so they answered; where that cannot be, give samples of the ' +
            'input, and guards are asked:',
          ' withCheckOptions(saga, { samples: { input: [...] } }))',
        ]
      : []),
  ];
  return told.length === 0 ? [] : [...told.flatMap((line) => wrapText(line, width, 1)), ''];
}

/** Lines that reports have in common stand once, those of some of them below their names. */
function renderShared(
  reports: readonly CheckReport[],
  title: string,
  linesOf: (report: CheckReport) => readonly string[],
  width: number,
): string[] {
  const lines = [...new Set(reports.flatMap(linesOf))];
  if (lines.length === 0) return [];
  const ofWhom = (line: string) => reports.filter((report) => linesOf(report).includes(line));
  const item = (line: string) => wrapText(`  - ${line}`, width, 4);
  const common = lines.filter((line) => ofWhom(line).length === reports.length);
  const groups = new Map<string, string[]>();
  for (const line of lines.filter((one) => !common.includes(one))) {
    const names = ofWhom(line).map(nameOf).join('; ');
    groups.set(names, [...(groups.get(names) ?? []), line]);
  }
  return [
    title,
    ...common.flatMap(item),
    ...[...groups].flatMap(([names, own]) => [...wrapText(`  of ${names}:`, width, 5), ...own.flatMap(item)]),
  ];
}

/** Of one rule, more findings than this are told without the way to them. */
const MOST_TOLD = 3;

function byRule(findings: readonly Finding[]): Finding[][] {
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return rules.map((rule) => findings.filter((one) => one.rule === rule));
}

/** What a rule found, each with the shortest way to it, and how to mend it. */
function renderRule(findings: readonly Finding[], width: number): string[] {
  const [first] = findings;
  if (!first) return [];
  const { rule, title } = first;
  const mends = [...new Set(findings.map(({ mend }) => mend))];
  const others = findings.slice(MOST_TOLD);
  return [
    ...wrapText(`${rule}: ${title}`, width, 2),
    ...byWay(findings.slice(0, MOST_TOLD)).flatMap((ofWay, index) => [
      ...(index > 0 && ofWay.some(({ trace }) => trace.length > 0) ? [''] : []),
      ...renderWay(ofWay, width),
    ]),
    ...(others.length > 0 ? ['  and also (--json tells how):'] : []),
    ...others.flatMap(({ message }) => wrapText(`    ${message}`, width, 6)),
    ...mends.flatMap((mend) => wrapText(`  mend: ${mend}`, width, 8)),
    `  more: npx countermand check --explain ${rule}`,
  ];
}

/** Findings to which one and the same way leads. */
function byWay(findings: readonly Finding[]): Finding[][] {
  const ways = new Map<string, Finding[]>();
  for (const finding of findings) {
    const way = JSON.stringify(finding.trace);
    ways.set(way, [...(ways.get(way) ?? []), finding]);
  }
  return [...ways.values()];
}

function renderWay(findings: readonly Finding[], width: number): string[] {
  const [first] = findings;
  if (!first) return [];
  return [
    ...findings.flatMap(({ message }) => wrapText(`  ${message}`, width, 4)),
    ...renderTrace(first.trace, width - 2).map((line) => `  ${line}`),
    ...(first.guessed ? renderGuessed(first.guessed, width) : renderGuesses(findings, width)),
  ];
}

/** What guards are taken to answer on a way, and where it ends. */
function renderGuesses(findings: readonly Finding[], width: number): string[] {
  const guesses = [...new Set(findings.flatMap((one) => one.guesses ?? []))];
  return guesses.length === 0 ? [] : wrapText(`  ! guessed: ${guesses.join('; ')}`, width, 4);
}

function renderGuessed({ guards, input }: GuessedGuards, width: number): string[] {
  const say = guards.length === 1 ? 'says' : 'say';
  const text =
    `  ! on this way ${guards.join(' and ')} ${say} both yes and no of the same context, for guards are taken both ways. ` +
    'If that cannot be, give samples of the input, and guards are asked:';
  return [
    ...wrapText(text, width, 4),
    `    withCheckOptions(saga, { samples: { input: [${JSON.stringify(input ?? {})}] } })`,
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
