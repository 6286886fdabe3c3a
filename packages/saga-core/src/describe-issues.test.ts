import { expect, test as it } from 'vitest';
import { z } from 'zod';
import { describeIssues } from './describe-issues.js';

const seats = z.object({ seats: z.array(z.string()) });

function told(value: unknown): string {
  const { error } = seats.safeParse(value);
  if (!error) throw new Error('nothing is wrong');
  return describeIssues(error, 'input');
}

it('what is wrong is told by its path, or of the whole', () => {
  expect(told({ seats: ['A', 7] })).toMatch(/^seats\.1: Invalid input: [^;]+$/);
  expect(told('no seats')).toMatch(/^input: Invalid input/);
});

it('of many things the first are told, and how many more there are', () => {
  const text = told({ seats: Array.from({ length: 10_000 }, (_, n) => n) });
  expect(text).toMatch(/^seats\.0: .*; seats\.4: .*; and 9995 more$/);
  expect(text).not.toContain('seats.5');
});
