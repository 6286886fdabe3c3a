import { describe, expect, test } from 'vitest';
import { BROKEN_BEHIND_GUARDS } from '../test-support/check-corpus/broken-behind-guards.js';
import { BROKEN } from '../test-support/check-corpus/broken-machines.js';
import { checkSaga } from './check-saga.js';

describe('a machine with one defect is found out', () => {
  test('there are at least 25 of them', () => {
    expect(BROKEN.length).toBeGreaterThanOrEqual(25);
  });

  test.each([...BROKEN, ...BROKEN_BEHIND_GUARDS])('$saga.name: $rule', ({ saga, rule, subject, steps }) => {
    const report = checkSaga(saga);
    expect(report.sound).toBe(false);
    expect(report.findings.map((one) => `${one.rule}: ${one.subject}`)).toEqual([`${rule}: ${subject}`]);
    // The start is the first line of a trace that has any.
    expect(Math.max(0, (report.findings[0]?.trace.length ?? 0) - 1)).toBe(steps);
  });
});
