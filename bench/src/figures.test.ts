import { expect, it } from 'vitest';
import { Figures } from './figures.ts';
import { spreadOf, summarize } from './latencies.ts';
import { judge, TARGETS } from './targets.ts';

it('a ratio is of figures of the same round, so that a slow minute of the machine counts for nothing', () => {
  const figures = new Figures({
    'throughput/countermand/perSecond': [2_000, 200, 2_100],
    'throughput/dbos/perSecond': [200, 20, 200],
  });
  const ratio = figures.ratio('throughput/countermand/perSecond', 'throughput/dbos/perSecond');
  expect(ratio).toEqual({ median: 10, min: 10, max: 10.5 });
});

it('a round that only one of two has is left out of their ratio', () => {
  const figures = new Figures({ 'a/b/c': [6, 8], 'd/e/f': [2] });
  expect(figures.ratio('a/b/c', 'd/e/f')).toEqual({ median: 3, min: 3, max: 3 });
  expect(figures.ratio('a/b/c', 'g/h/i')).toBeUndefined();
});

it('the median of an even number of rounds lies between the two in the middle', () => {
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
});

it('one in a hundred takes longer than the p99', () => {
  const { p50, p99, max } = summarize(Array.from({ length: 200 }, (_, index) => index + 1));
  expect({ p50, p99, max }).toEqual({ p50: 101, p99: 199, max: 200 });
});

it('a target is judged by the median, at its limit it holds, and what was not measured is said', () => {
  const target = { says: 'x', value: (figures: Figures) => figures.spread('a/b/c'), atLeast: 10 };
  const judged = (...rounds: number[]) =>
    judge(target, new Figures(rounds.length > 0 ? { 'a/b/c': rounds } : {}));
  expect([judged(10, 1, 12), judged(9.9, 20, 1), judged()]).toEqual(['holds', 'missed', 'not measured']);
});

it('Restate counts in the better of its settings', () => {
  const target = TARGETS.find(({ says }) => says.includes('Restate'));
  const figures = new Figures({
    'throughput/countermand/perSecond': [3_000],
    'throughput/restate/perSecond': [430],
    'throughput/restate-two/perSecond': [750],
  });
  expect(target?.value(figures)?.median).toBe(4);
});
