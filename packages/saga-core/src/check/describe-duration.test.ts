import { expect, test } from 'vitest';
import { describeDuration } from './describe-duration.js';

test.each([
  [0, '0 s'],
  [500, '500 ms'],
  [1_000, '1 s'],
  [1_500, '1 s 500 ms'],
  [90_000, '1 min 30 s'],
  [1_800_000, '30 min'],
  [86_400_000, '24 h'],
  [93_600_000, '26 h'],
  [7 * 86_400_000, '7 days'],
])('%d ms is written %s', (ms, written) => {
  expect(describeDuration(ms)).toBe(written);
});
