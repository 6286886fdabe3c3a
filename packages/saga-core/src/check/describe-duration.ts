const UNITS = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;
const DAY_MS = 86_400_000;

/**
 * A duration as people write it, and as long as it is: `24 h`, `30 min`, `1 min 30 s`, `7 days`. Only what is two whole
 * days and longer is told in days.
 *
 * @param ms - milliseconds, 0 and above
 */
export function describeDuration(ms: number): string {
  if (ms >= 2 * DAY_MS && ms % DAY_MS === 0) return `${ms / DAY_MS} days`;
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, length] of UNITS) {
    const count = unit === 'ms' ? rest : Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}
