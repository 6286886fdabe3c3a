import { setTimeout as pause } from 'node:timers/promises';

/** What this process is working on, by key: whoever comes second waits here instead of asking the database again and again. */
export class UnderWay {
  readonly #ends = new Map<string, Promise<void>>();

  /** Whether somebody is at it. */
  has(key: string): boolean {
    return this.#ends.has(key);
  }

  /** Works on it; nobody else may be at it. Whatever the work comes to, its key is free afterwards. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ends.set(key, promise);
    try {
      return await work();
    } finally {
      this.#ends.delete(key);
      resolve();
    }
  }

  /** Resolves when nobody is at it any more, or after so many milliseconds. */
  async ended(key: string, withinMs: number): Promise<void> {
    const tooLate = new AbortController();
    const { signal } = tooLate;
    await Promise.race([this.#ends.get(key), pause(withinMs, undefined, { signal }).catch(() => undefined)]);
    tooLate.abort();
  }
}
