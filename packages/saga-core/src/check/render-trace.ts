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
  const rows = trace.map((line, index) => ({ left: leftOf(line, index), right: rightOf(line) }));
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(({ length }) => length));
  const room = width - longest(rows.map(({ right }) => right)) - GAP.length;
  const fitting = rows.map(({ left }) => left).filter(({ length }) => length <= room);
  const column = room < LEAST_ROOM ? NUMBER : longest(fitting);
  const isOneLine = (left: string, right: string) =>
    left.length <= column || (room >= LEAST_ROOM && left.length + GAP.length + right.length <= width);
  return rows.flatMap(({ left, right }) => {
    if (isOneLine(left, right)) return [`${left.padEnd(column)}${GAP}${right}`];
    const below = wrapText(right, width - column - GAP.length, NUMBER);
    const before = ' '.repeat(column + GAP.length);
    return [...wrapText(left, width, NUMBER), ...below.map((line) => `${before}${line}`)];
  });
}

const GAP = '  ';

function leftOf({ what, guards }: TraceLine, index: number): string {
  const asked = guards ? ` (${guards.join(', ')})` : '';
  return `${String(index).padStart(2)}. ${what}${asked}`;
}

function rightOf({ state, open }: TraceLine): string {
  return `-> ${describeState(state)}${open.length > 0 ? `   open: ${open.join(', ')}` : ''}`;
}
