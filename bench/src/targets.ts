import type { Figures } from './figures.ts';
import type { Spread } from './latencies.ts';

/** Something that is to hold of the figures of one run. */
export interface Target {
  readonly says: string;
  /** What is compared with the limit; `undefined` where this run hasn't measured it. */
  readonly value: (figures: Figures) => Spread | undefined;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const better = (figures: Figures, ...names: string[]) =>
  names.reduce((best, name) => {
    const [one, other] = [name, best].map(
      (of) => figures.spread(`throughput/${of}/perSecond`)?.median ?? Number.NEGATIVE_INFINITY,
    );
    return (one ?? 0) > (other ?? 0) ? name : best;
  });
const throughputTo = (name: string) => (figures: Figures) =>
  figures.ratio('throughput/countermand/perSecond', `throughput/${name}/perSecond`);

/** All of them, in the order in which they are told. */
export const TARGETS: readonly Target[] = [
  { says: 'throughput, times DBOS', value: throughputTo('dbos'), atLeast: 10 },
  {
    says: 'throughput, times Restate in its better setting',
    value: (figures) => throughputTo(better(figures, 'restate', 'restate-two'))(figures),
    atLeast: 3,
  },
  {
    says: 'throughput, times plain SQL with group commit',
    value: throughputTo('group-commit'),
    atLeast: 0.45,
  },
  {
    says: 'throughput with every step through pg-boss, times DBOS',
    value: (figures) => figures.ratio('throughput/countermand-queued/perSecond', 'throughput/dbos/perSecond'),
    atLeast: 6,
  },
  {
    says: 'p50 one at a time, times DBOS',
    value: (figures) => figures.ratio('latency/countermand/p50', 'latency/dbos/p50'),
    atMost: 0.5,
  },
  {
    says: 'p50 one at a time, times plain SQL with three statements',
    value: (figures) => figures.ratio('latency/countermand/p50', 'latency/three-statements/p50'),
    atMost: 1.3,
  },
  {
    says: 'p99 one at a time, times its own p50',
    value: (figures) => figures.spread('latency/countermand/p99ToP50'),
    atMost: 3,
  },
  {
    says: 'send of an event to its commit, times one plain transaction',
    value: (figures) => figures.ratio('send/countermand/p50', 'send/transaction/p50'),
    atMost: 1.5,
  },
  {
    says: 'throughput with flushes 2 ms slower, times that without',
    value: (figures) =>
      figures.ratio('slow-flush/countermand-2ms/perSecond', 'slow-flush/countermand/perSecond'),
    atLeast: 0.85,
  },
  {
    says: 'throughput with steps of 6 to 54 ms, times that with trivial ones',
    value: (figures) => figures.ratio('slow-steps/countermand/perSecond', 'throughput/countermand/perSecond'),
    atLeast: 0.6,
  },
  {
    says: 'p99 at half of the greatest load, times the idle p50',
    value: (figures) => figures.ratio('under-load/0.5/p99', 'under-load/idle/p50'),
    atMost: 10,
  },
  {
    says: 'throughput at twice the greatest load, times the greatest',
    value: (figures) => figures.ratio('under-load/2/perSecond', 'under-load/most/perSecond'),
    atLeast: 0.9,
  },
  {
    says: 'peak memory of the worker at twice the greatest load, times that at the greatest',
    value: (figures) => figures.ratio('under-load/2/peakRssBytes', 'under-load/most/peakRssBytes'),
    atMost: 2,
  },
  {
    says: 'throughput in a full database, times that in an empty one',
    value: (figures) => figures.ratio('growth/full/perSecond', 'growth/empty/perSecond'),
    atLeast: 0.9,
  },
  {
    says: 'p50 one at a time in a full database, times that in an empty one',
    value: (figures) => figures.ratio('growth/full/p50', 'growth/empty/p50'),
    atMost: 1.1,
  },
  {
    says: 'timers due at once that fire per second, times the steps per second',
    value: (figures) => figures.ratio('timers/countermand/perSecond', 'timers/countermand/stepsPerSecond'),
    atLeast: 0.5,
  },
  {
    says: 'statements per second of an idle worker',
    value: (figures) => figures.spread('idle/countermand/statementsPerSecond'),
    atMost: 2,
  },
  {
    says: 'statements per second of a worker with nothing but waiting sagas',
    value: (figures) => figures.spread('idle/waiting/statementsPerSecond'),
    atMost: 2,
  },
  {
    says: 'commits per saga under load',
    value: (figures) => figures.spread('throughput/countermand/commitsPerSaga'),
    atMost: 0.1,
  },
  {
    says: 'WAL per saga, times plain SQL with group commit',
    value: (figures) =>
      figures.ratio('throughput/countermand/walBytesPerSaga', 'throughput/group-commit/walBytesPerSaga'),
    atMost: 2,
  },
  {
    says: 'bytes on disk per saga, times plain SQL with group commit',
    value: (figures) =>
      figures.ratio('throughput/countermand/diskBytesPerSaga', 'throughput/group-commit/diskBytesPerSaga'),
    atMost: 2,
  },
  {
    says: 'throughput of two worker processes, times that of one',
    value: (figures) => figures.ratio('workers/2/perSecond', 'workers/1/perSecond'),
    atLeast: 1,
  },
  {
    says: 'throughput of four worker processes, times that of one',
    value: (figures) => figures.ratio('workers/4/perSecond', 'workers/1/perSecond'),
    atLeast: 1,
  },
  {
    says: 'transitions per second of `decide` alone, order machine',
    value: (figures) => figures.spread('decide/order/perSecond'),
    atLeast: 20_000,
  },
];

/** What became of a target. */
export type Verdict = 'holds' | 'missed' | 'not measured';

/** Judges by the median of the rounds. */
export function judge(target: Target, figures: Figures): Verdict {
  const median = target.value(figures)?.median;
  if (median === undefined || Number.isNaN(median)) return 'not measured';
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = target;
  return median >= atLeast && median <= atMost ? 'holds' : 'missed';
}
