import type { z } from 'zod';

/** More than that nobody reads, and a list from outside may have thousands. */
const MOST = 5;

/**
 * What a schema finds wrong with a value, in one line: `seat: Invalid input: expected string, received undefined`; of
 * many things the first five, and how many more there are.
 */
export function describeIssues({ issues }: z.ZodError, whole: string): string {
  const told = issues
    .slice(0, MOST)
    .map(({ path, message }) => `${path.map(String).join('.') || whole}: ${message}`);
  return [...told, ...(issues.length > MOST ? [`and ${issues.length - MOST} more`] : [])].join('; ');
}
