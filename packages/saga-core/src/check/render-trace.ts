import type { TraceLine } from './check-report.js';
import { describeState } from './describe-cause.js';
import { wrapText } from './wrap-text.js';

/** Two columns need so much room for what happened. */
const LEAST_ROOM = 24;
/** As wide as ` 0. `. */
const NUMBER = 4;

/**
 * The lines of a trace, numbered: what happened on the left, where that led and what is then open on the right. What
 * has no room there goes on in a line of its own; where there is no room for two columns, each stands below the other.
 *
 * @param width - how many characters a line may have
 */
export function renderTrace(trace: readonly TraceLine[], width = 80): string[] {
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(({ length }) => length));
  const withOpen = trace.filter(({ open }) => open.length > 0).map(({ state }) => describeState(state));
  const aligned = trace.map((line) => rightOf(line, longest(withOpen)));
  // With no room for a column of its own, what is open stands right behind the state.
  const isWide = longest(aligned) + NUMBER + GAP.length > width;
  const rows = trace.map((line, index) => ({
    left: leftOf(line, index),
    right: (isWide ? rightOf(line, 0) : aligned[index]) ?? '',
    isOpen: line.open.length > 0,
  }));
  const room = width - longest(rows.map(({ right }) => right)) - GAP.length;
  const fitting = rows.map(({ left }) => left).filter(({ length }) => length <= room);
  const column = room < LEAST_ROOM ? NUMBER : longest(fitting);
  // What is open stands in one column, so that such a line goes on below rather than further to the right.
  const isOneLine = ({ left, right, isOpen }: (typeof rows)[number]) =>
    left.length <= column ||
    (!isOpen && room >= LEAST_ROOM && left.length + GAP.length + right.length <= width);
  return rows.flatMap((row) => {
    const { left, right } = row;
    if (isOneLine(row)) return [`${left.padEnd(column)}${GAP}${right}`];
    const below = wrapText(right, width - column - GAP.length, NUMBER);
    const before = ' '.repeat(column + GAP.length);
    return [...wrapText(left, width, NUMBER), ...below.map((line) => `${before}${line}`)];
  });
}

const GAP = '  ';

function leftOf({ what, guards }: TraceLine, index: number): string {
  const asked = guards ? ` (${guards.join('; ')})` : '';
  return `${String(index).padStart(2)}. ${what}${asked}`;
}

/** @param column - how long the longest state is behind which something is open */
function rightOf({ state, open }: TraceLine, column: number): string {
  const where = describeState(state);
  return open.length > 0 ? `-> ${where.padEnd(column)}   open: ${open.join(', ')}` : `-> ${where}`;
}
