import type { z } from 'zod';

/** What a schema finds wrong with a value, in one line: `seat: Invalid input: expected string, received undefined`. */
export function describeIssues({ issues }: z.ZodError, whole: string): string {
  return issues.map(({ path, message }) => `${path.join('.') || whole}: ${message}`).join('; ');
}
