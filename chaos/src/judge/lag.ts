import { setTimeout as pause } from 'node:timers/promises';
import type { ShopDatabase } from '../processes/database.ts';

const TIMER_MS = 100;
const EVERY_MS = 500;

/**
 * How much later than it should this process wakes up and gets an answer from PostgreSQL that costs nothing: what a
 * machine that is too busy adds to every time that is measured on it.
 */
export class Lag {
  readonly #samples: number[] = [];
  readonly #stopped = new AbortController();
  readonly #loop: Promise<void>;

  constructor(database: () => ShopDatabase) {
    this.#loop = this.#run(database);
  }

  /** Ends it. @returns milliseconds, one for each look */
  async stop(): Promise<readonly number[]> {
    this.#stopped.abort();
    await this.#loop;
    return this.#samples;
  }

  async #run(database: () => ShopDatabase): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const since = performance.now();
      await pause(TIMER_MS);
      await database()
        .query('select 1')
        .then(
          () => this.#samples.push(Math.max(0, performance.now() - since - TIMER_MS)),
          // A database that is away on purpose says nothing of the machine.
          () => undefined,
        );
      await pause(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
