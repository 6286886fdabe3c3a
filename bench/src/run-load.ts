import { setTimeout as pause } from 'node:timers/promises';
import type { Driver } from './driver.ts';
import { type Latencies, summarize } from './latencies.ts';

/** What a load came to. */
export interface Load {
  readonly sagas: number;
  /** From the first start to the last completion. */
  readonly seconds: number;
  readonly perSecond: number;
  /** From when a saga was to be started to when its last step was committed. */
  readonly latencies: Latencies;
  /** The most memory that this process had in use, bytes. */
  readonly peakRssBytes: number;
  /** Starts that were refused. */
  readonly refused: number;
}

/** So many sagas at once, the next begun when one ends, for that long; then what is under way is awaited. */
export async function runClosedLoop(
  driver: Driver,
  { inFlight, seconds }: { readonly inFlight: number; readonly seconds: number },
): Promise<Load> {
  const meter = new Meter();
  const endsAt = performance.now() + seconds * 1_000;
  const client = async () => {
    do await meter.time(driver, performance.now());
    while (performance.now() < endsAt);
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  return meter.read();
}

/**
 * Sagas that arrive by chance, so many a second on average, whether those before have ended or not. A saga's latency
 * counts from when it was to arrive.
 */
export async function runArrivals(
  driver: Driver,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Load> {
  const meter = new Meter();
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let dueAt = startedAt; dueAt < startedAt + seconds * 1_000; dueAt += nextGapMs(perSecond)) {
    if (dueAt > performance.now()) await pause(Math.max(1, dueAt - performance.now()));
    const saga: Promise<void> = meter.time(driver, dueAt).finally(() => underWay.delete(saga));
    underWay.add(saga);
  }
  await Promise.all(underWay);
  return meter.read();
}

/** Of arrivals that know nothing of each other. */
function nextGapMs(perSecond: number): number {
  return (-Math.log(1 - Math.random()) * 1_000) / perSecond;
}

class Meter {
  readonly #latenciesMs: number[] = [];
  readonly #startedAt = performance.now();
  #endedAt = this.#startedAt;
  #peakRssBytes = process.memoryUsage.rss();
  #refused = 0;

  async time(driver: Driver, dueAt: number): Promise<void> {
    try {
      await driver.one();
    } catch {
      this.#refused += 1;
      return;
    }
    this.#endedAt = performance.now();
    this.#latenciesMs.push(this.#endedAt - dueAt);
    if (this.#latenciesMs.length % 200 === 0) {
      this.#peakRssBytes = Math.max(this.#peakRssBytes, process.memoryUsage.rss());
    }
  }

  read(): Load {
    const sagas = this.#latenciesMs.length;
    const seconds = (this.#endedAt - this.#startedAt) / 1_000;
    return {
      sagas,
      seconds,
      perSecond: sagas / seconds,
      latencies: summarize(this.#latenciesMs),
      peakRssBytes: this.#peakRssBytes,
      refused: this.#refused,
    };
  }
}
