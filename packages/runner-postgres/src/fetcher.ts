import type { Chance } from './ports/chance.js';
import type { KnownVersion } from './ports/claims.js';
import { type Clock, pause } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import type { Store } from './ports/store.js';
import type { Wakeup } from './ports/wakeup-queue.js';
import type { SagaRegistry } from './saga-registry.js';
import type { Slots } from './slots.js';
import { LEASE_MS } from './timing.js';

const LONGEST_BACKOFF_MS = 2_000;
const MAX_BATCH = 200;

/** What a {@link Fetcher} is made of. */
export interface FetcherOptions {
  readonly store: Pick<Store, 'takeWakeups'>;
  readonly registry: SagaRegistry;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly logger: Logger;
  readonly slots: Slots;
  readonly run: (row: LeasedRow, takenAt: number) => void;
  readonly discard: (wakeups: readonly Wakeup[]) => void;
  /** A saga of a version was met that isn't known here. */
  readonly onUnknown: (version: KnownVersion) => void;
}

/**
 * Takes wake-ups from the queues that are said to hold some, never more than there are free places for. It doesn't
 * poll: hints come from this process's commits, from notices, and at the latest from the sweep.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #stopped = new AbortController();
  #hinted = new Set<string>();
  #loop: Promise<void> | undefined;
  #failures = 0;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /** These queues hold wake-ups, or may. */
  hint(queues: Iterable<string>): void {
    for (const queue of queues) this.#hinted.add(queue);
    this.resume();
  }

  /** A place has become free. */
  resume(): void {
    const { slots } = this.#options;
    if (this.#hinted.size > 0 && slots.free > 0 && !this.#stopped.signal.aborted) this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { slots, clock, logger } = this.#options;
    await Promise.resolve();
    while (this.#hinted.size > 0 && slots.free > 0 && !this.#stopped.signal.aborted) {
      const queues = [...this.#hinted];
      this.#hinted = new Set();
      try {
        await this.#fetch(queues);
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        for (const queue of queues) this.#hinted.add(queue);
        logger.warn({ err: error, failures: this.#failures }, 'wake-ups could not be taken');
        await pause(clock, Math.min(LONGEST_BACKOFF_MS, 100 * 2 ** this.#failures), this.#stopped.signal);
      }
    }
    this.#loop = undefined;
  }

  async #fetch(queues: readonly string[]): Promise<void> {
    const { store, registry, clock, chance, slots, run, discard, onUnknown } = this.#options;
    // Taken beforehand, so that a commit in between doesn't fill the same places; half of them, so that it finds some.
    const wanted = Math.min(MAX_BATCH, Math.ceil(slots.free / 2));
    let limit = 0;
    while (limit < wanted && slots.take()) limit += 1;
    const takenAt = clock.now();
    let used = 0;
    try {
      const known = registry.sagas.map(({ name, version }) => ({ name, version }));
      const newLease = () => chance.uuid();
      const { rows, full, stale, unknown } = await store.takeWakeups({
        queues,
        limit,
        known,
        leaseMs: LEASE_MS,
        newLease,
      });
      // Those that were full go to the end: none is starved by the ones before it.
      for (const queue of full) this.#hinted.add(queue);
      if (stale.length > 0) discard(stale);
      for (const version of unknown) onUnknown(version);
      for (const row of rows) {
        used += 1;
        run(row, takenAt);
      }
    } finally {
      for (; used < limit; used += 1) slots.release();
    }
  }
}
