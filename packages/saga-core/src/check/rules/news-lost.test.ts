import { describe, expect, test } from 'vitest';
import {
  hearsOfAttempts,
  refusesOtherAmounts,
  takesPaymentsOnce,
} from '../../test-support/check-corpus/news-machines.js';
import { checkSaga } from '../check-saga.js';
import { renderReport } from '../render-report.js';

const input = [{ orderId: 'o-1' }];
const rulesOf = ({ findings }: ReturnType<typeof checkSaga>) => [
  ...new Set(findings.map(({ rule }) => rule)),
];

describe('a guard that refuses the message that came before', () => {
  test('is taken both ways, and the report says so, and how to have it asked', () => {
    const report = checkSaga(takesPaymentsOnce);
    const [finding] = report.findings.filter(({ rule }) => rule === 'news-lost');
    expect(finding).toMatchObject({ subject: 'PAID in waiting', guesses: ['isNew: no'] });
    expect(finding?.message).toBe(
      'PAID in waiting tells that money:sample1 is open, but where isNew says no, nothing takes it, and nothing ever undoes it; where that cannot be, give samples of the input, and guards are asked',
    );
    const text = renderReport(report);
    expect(text).toContain('  ! guessed: isNew: no\n');
    expect(text).toContain('withCheckOptions(saga, { samples: { input: [...] } })');
  });

  test('is asked with samples of the input, and then nothing is lost', () => {
    expect(rulesOf(checkSaga(takesPaymentsOnce, { samples: { input } }))).toEqual([]);
  });
});

describe('a guard that refuses money of another amount', () => {
  const events = { PAID: [10, 3].map((amount) => ({ paymentId: `p-${amount}`, amount })) };

  test('loses it, also where guards are asked', () => {
    const report = checkSaga(refusesOtherAmounts, { samples: { input, events } });
    expect(rulesOf(report)).toEqual(['news-lost']);
    expect(report.findings[0]?.message).toBe(
      'PAID in waiting tells that money:p-3 is open, but nothing takes it, and nothing ever undoes it',
    );
  });

  test('loses nothing where the event says that it opens nothing then', () => {
    expect(rulesOf(checkSaga(hearsOfAttempts, { samples: { input, events } }))).toEqual([]);
  });
});
