import type { BatchObservableResult, Meter, ObservableGauge } from '@opentelemetry/api';
import type { Backlog } from '../ports/telemetry.js';

/** Counting may take this share of the time at most, however large the tables are. */
const REST_PER_READ = 20;
const READ_AGAIN_MS = 5_000;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Shown even where there are none: a gauge that comes and goes can't be told from one that isn't scraped. */
const OUTBOX = [
  ['step', 'pending'],
  ['step', 'leased'],
  ['step', 'awaiting'],
  ['timer', 'pending'],
  ['publish', 'pending'],
  ['publish', 'leased'],
] as const;

/** The instruments of what this process does. */
export function sagaInstruments(meter: Meter) {
  const seconds = { unit: 's', advice: { explicitBucketBoundaries: SECONDS } };
  return {
    transitions: meter.createCounter('countermand.transitions', {
      description: 'Causes that were decided and committed, by what they were and what became of them',
    }),
    stepDuration: meter.createHistogram('countermand.step.duration', {
      ...seconds,
      description: 'Time of an attempt of a step, an undo or a probe',
    }),
    stepRetries: meter.createCounter('countermand.step.retries', {
      description: 'Attempts that failed and are repeated',
    }),
    deliveryDuration: meter.createHistogram('countermand.delivery.duration', {
      ...seconds,
      description: 'Time that a subscription takes for a published event',
    }),
    batchSize: meter.createHistogram('countermand.batch.size', {
      description: 'Causes that were moved in one transaction',
      advice: { explicitBucketBoundaries: [1, 2, 5, 10, 20, 50, 100, 150, 200] },
    }),
    commitDuration: meter.createHistogram('countermand.commit.duration', {
      ...seconds,
      description: 'Time of a transaction that moves sagas: lock, decide, write, commit',
    }),
  };
}

/** The gauges of what is in the database. Every process that has them shows the same. */
function backlogGauges(meter: Meter) {
  return {
    sagas: meter.createObservableGauge('countermand.sagas', { description: 'Sagas by status' }),
    parked: meter.createObservableGauge('countermand.sagas.parked', {
      description: 'Sagas that wait for a person',
    }),
    outbox: meter.createObservableGauge('countermand.outbox.rows', {
      description: 'Steps, timers and events that are not settled',
    }),
    inbox: meter.createObservableGauge('countermand.inbox.rows', {
      description: 'Messages that are not decided: pending, early for a saga that has not begun, or stuck',
    }),
    outboxLag: meter.createObservableGauge('countermand.outbox.lag', {
      unit: 's',
      description: 'How long the step or event that waits longest could have been carried out',
    }),
    timerLag: meter.createObservableGauge('countermand.timer.lag', {
      unit: 's',
      description: 'How long the timer that waits longest has been due',
    }),
    xminAge: meter.createObservableGauge('countermand.postgres.oldest_xmin_age', {
      description:
        'Transactions since the oldest snapshot that somebody holds; it keeps vacuum from cleaning up',
    }),
    transactionAge: meter.createObservableGauge('countermand.postgres.oldest_transaction', {
      unit: 's',
      description: 'How long the oldest transaction in this database has been open',
    }),
  };
}

/** Shows the backlog whenever metrics are collected; it is read seldom enough to cost next to nothing. */
export function observeBacklog(meter: Meter, read: () => Promise<Backlog>): () => void {
  const gauges = backlogGauges(meter);
  const all: ObservableGauge[] = Object.values(gauges);
  const readSeldom = seldom(read);
  const callback = async (result: BatchObservableResult) => {
    const backlog = await readSeldom();
    show(result, gauges, backlog);
  };
  meter.addBatchObservableCallback(callback, all);
  return () => meter.removeBatchObservableCallback(callback, all);
}

function show(result: BatchObservableResult, gauges: ReturnType<typeof backlogGauges>, backlog: Backlog) {
  const parked = new Map(backlog.sagas.map(({ saga }) => [saga, 0]));
  for (const { count, saga, status } of backlog.sagas) {
    result.observe(gauges.sagas, count, { saga, status });
    if (status === 'parked') parked.set(saga, count);
  }
  for (const [saga, count] of parked) result.observe(gauges.parked, count, { saga });
  const outbox = new Map(backlog.outbox.map(({ kind, status, count }) => [`${kind} ${status}`, count]));
  for (const [kind, status] of OUTBOX)
    result.observe(gauges.outbox, outbox.get(`${kind} ${status}`) ?? 0, { kind, status });
  const inbox = new Map(backlog.inbox.map(({ status, count }) => [status, count]));
  for (const status of ['pending', 'early', 'stuck'])
    result.observe(gauges.inbox, inbox.get(status) ?? 0, { status });
  result.observe(gauges.outboxLag, backlog.outboxLagMs / 1_000);
  result.observe(gauges.timerLag, backlog.timerLagMs / 1_000);
  result.observe(gauges.xminAge, backlog.oldestXminAge);
  result.observe(gauges.transactionAge, backlog.oldestTransactionMs / 1_000);
}

/** The last answer again, for five seconds, or for twenty times as long as the reading took. */
function seldom(read: () => Promise<Backlog>): () => Promise<Backlog> {
  let last: Promise<Backlog> | undefined;
  let againAt = 0;
  return () => {
    const startedAt = performance.now();
    if (last && startedAt < againAt) return last;
    againAt = Number.POSITIVE_INFINITY;
    const reading = read();
    last = reading;
    reading.then(
      () => {
        const tookMs = performance.now() - startedAt;
        againAt = performance.now() + Math.max(READ_AGAIN_MS, REST_PER_READ * tookMs);
      },
      () => {
        againAt = 0;
        last = undefined;
      },
    );
    return reading;
  };
}
