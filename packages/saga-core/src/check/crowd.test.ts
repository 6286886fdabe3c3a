import { describe, expect, test } from 'vitest';
import { spawnChild } from 'xstate';
import type { AnySaga } from '../saga-definition.js';
import { seats } from '../test-support/check-corpus/seat-steps.js';
import { failed, smallSaga } from '../test-support/check-corpus/small-saga.js';
import { checkSaga } from './check-saga.js';

const end = (...keeps: string[]) => ({ tags: ['rest'], meta: { keeps } });

/** Holds five seats at once, and does what it is told where one of them can't be had. */
function holdsFiveSeats(onError: string, gone: object): AnySaga {
  const seat = (name: string) => ({
    initial: 'holding',
    states: {
      holding: {
        invoke: { id: name, src: 'holdOne', input: () => ({ seat: name }), onDone: 'held', onError },
      },
      held: { type: 'final' },
    },
  });
  const states = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, seat(name)]));
  return smallSaga('holds-five-seats', {
    steps: seats,
    machine: {
      initial: 'booking',
      states: { booking: { type: 'parallel', states, onDone: 'booked' }, booked: end('seat'), ...gone },
    },
  });
}

describe('what the definition itself asks for is not too much to be followed', () => {
  test('a leak with five steps side by side is found', () => {
    const { findings } = checkSaga(holdsFiveSeats('#gone', { gone: { id: 'gone', ...end() } }));
    expect(findings.map(({ rule, subject, trace }) => [rule, subject, trace.length])).toEqual([
      ['obligation-left-open', 'seat in gone', 2],
    ]);
  });

  test('five side by side that are undone are followed to the end', () => {
    const report = checkSaga(holdsFiveSeats('#failed', { failed }), { maxLate: 0 });
    expect(report).toMatchObject({ findings: [], verdict: 'sound up to bounds' });
    expect(report.explored.states).toBeGreaterThan(100);
    expect(report.reached.filter((bound) => bound.includes('not followed further'))).toEqual([]);
  });

  test('nor are five children that a state spawns', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const saga = smallSaga('spawns-five', {
      steps: seats,
      machine: {
        initial: 'holding',
        states: {
          holding: {
            entry: names.map((id) => spawnChild('holdOne' as never, { id, input: { seat: id } } as never)),
            after: { SOON: 'gone' },
            on: { 'xstate.done.actor.*': {}, 'xstate.error.actor.*': {} },
          },
          gone: end(),
        },
      },
    });
    const rules = checkSaga(saga).findings.map(({ rule }) => rule);
    expect(rules).toEqual(['obligation-left-open']);
  });
});

test('a bound of the author that cuts the walk off before anything comes to rest proves nothing', () => {
  const report = checkSaga(holdsFiveSeats('#failed', { failed }), { maxInstances: 4 });
  expect(report).toMatchObject({ sound: false, verdict: 'not proved', findings: [] });
  expect(report.reached).toEqual([
    'a saga with more than 4 instances of seat was not followed further; raise maxInstances to see more',
  ]);
});
