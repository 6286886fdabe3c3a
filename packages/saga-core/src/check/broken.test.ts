import { describe, expect, test } from 'vitest';
import type { AnySaga } from '../saga-definition.js';
import { BROKEN_BEHIND_GUARDS } from '../test-support/check-corpus/broken-behind-guards.js';
import { BROKEN } from '../test-support/check-corpus/broken-machines.js';
import { BROKEN_WITH_TWO } from '../test-support/check-corpus/broken-with-two.js';
import { BROKEN_NEWS } from '../test-support/check-corpus/news-machines.js';
import { BROKEN_BY_RARER_VALUES } from '../test-support/check-corpus/rarer-values.js';
import { SETTLED_BY_INPUT } from '../test-support/check-corpus/settled-by-input.js';
import type { CheckSamples } from './check-options.js';
import { checkSaga } from './check-saga.js';
import { sampleSchema } from './sample-schema.js';

describe('names that were made are swapped', () => {
  /** A name that stands among an author's samples isn't swapped, and neither is any other. */
  const samplesFor = ({ steps }: AnySaga): CheckSamples => {
    const silent = Object.values(steps).filter(
      ({ output }) => JSON.stringify(sampleSchema(output)) === '[{}]',
    );
    return { outputs: Object.fromEntries(silent.map(({ name }) => [name, [{ unheard: 'sample1' }]])) };
  };

  test.each(BROKEN_WITH_TWO)('$saga.name: nothing is missed by that', ({ saga }) => {
    const swapped = checkSaga(saga);
    const apart = checkSaga(saga, { samples: samplesFor(saga) });
    const found = ({ findings }: typeof apart) => findings.map(({ rule, subject }) => `${rule}: ${subject}`);
    expect(found(swapped)).toEqual(found(apart));
    expect(swapped.explored.states).toBeLessThanOrEqual(apart.explored.states);
  });

  test('and less is explored', () => {
    const states = (report: ReturnType<typeof checkSaga>) => report.explored.states;
    const [payments] = BROKEN_WITH_TWO;
    if (!payments) throw new Error('the corpus has no payments');
    const samples = samplesFor(payments.saga);
    expect(states(checkSaga(payments.saga))).toBeLessThan(states(checkSaga(payments.saga, { samples })));
  });
});

describe('a machine with one defect is found out', () => {
  test('there are at least 25 of them', () => {
    expect(BROKEN.length).toBeGreaterThanOrEqual(25);
  });

  test.each([
    ...BROKEN,
    ...BROKEN_BEHIND_GUARDS,
    ...BROKEN_WITH_TWO,
    ...BROKEN_NEWS,
    ...SETTLED_BY_INPUT,
    ...BROKEN_BY_RARER_VALUES,
  ])('$saga.name: $rule', ({ saga, rule, subject, steps }) => {
    const report = checkSaga(saga);
    expect(report.sound).toBe(false);
    expect(report.findings.map((one) => `${one.rule}: ${one.subject}`)).toEqual([`${rule}: ${subject}`]);
    // The start is the first line of a trace that has any.
    expect(Math.max(0, (report.findings[0]?.trace.length ?? 0) - 1)).toBe(steps);
  });
});
