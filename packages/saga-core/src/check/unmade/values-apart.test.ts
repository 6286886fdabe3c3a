import { describe, expect, test } from 'vitest';
import {
  goesFurtherForSome,
  leaksAndWaitsForSome,
  VALUES_APART,
} from '../../test-support/check-corpus/values-apart.js';
import { ONLY_HANDED_ON, VALUES_HANDED_ON } from '../../test-support/check-corpus/values-handed-on.js';
import { checkSaga } from '../check-saga.js';

const all = [...VALUES_APART, ...VALUES_HANDED_ON];
const found = all.flatMap(({ saga, options, found: rule }) =>
  rule === undefined ? [] : [{ name: saga.name, saga, options, rule }],
);
const told = all.flatMap(({ saga, options, told: line }) =>
  line === undefined ? [] : [{ name: saga.name, saga, options, line }],
);

describe('a machine that goes wrong for certain values alone', () => {
  test('is among a hundred and more, and of each something is said', () => {
    expect(found.length + told.length).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(100);
  });

  test.each(found)('$name is broken: values are tried that its code names', ({ saga, options, rule }) => {
    const { verdict, findings } = checkSaga(saga, options);
    expect(verdict).toBe('broken');
    const [shown] = findings.filter((one) => one.rule === rule);
    expect(shown?.trace.length).toBeGreaterThan(1);
  });

  test.each(told)('$name is sound up to a bound, which names the value', ({ saga, options, line }) => {
    const { verdict, findings, reached } = checkSaga(saga, options);
    expect(findings).toEqual([]);
    expect(verdict).toBe('sound up to bounds');
    expect(reached).toEqual(expect.arrayContaining([expect.stringMatching(line)]));
  });

  test.each(ONLY_HANDED_ON.map((saga) => ({ name: saga.name, saga })))(
    '$name is plainly sound: nothing is asked of what it hands on',
    ({ saga }) => {
      expect(checkSaga(saga)).toMatchObject({ verdict: 'sound', reached: [], findings: [] });
    },
  );

  test('has no state called unreachable to which only such values lead, also where something else is found', () => {
    const { findings } = checkSaga(leaksAndWaitsForSome, { samples: { input: [undefined] } });
    expect(findings.map(({ rule }) => rule)).toEqual(['obligation-left-open']);
  });

  test('is told with the values, where what follows from them is too much to explore to its end', () => {
    const input = [undefined];
    const few = { input, events: { TOLD: [{ amount: 1 }] } };
    const maxStates = checkSaga(goesFurtherForSome, { samples: few }).explored.states;
    expect(checkSaga(goesFurtherForSome, { samples: { input } })).toMatchObject({
      verdict: 'sound',
      explored: { states: maxStates + 1 },
    });
    const report = checkSaga(goesFurtherForSome, { samples: { input }, maxStates });
    expect(report).toMatchObject({ verdict: 'sound up to bounds', findings: [] });
    expect(report.reached).toEqual([
      'amount of event TOLD: of numbers a few were tried, and with 101 the guard of TOLD in asking (1st of 2) comes out otherwise, which was not explored to its end; give samples.events.TOLD',
    ]);
  });
});
