import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again which of the waiting sagas are complete, all in one question, and tells those that are. For
 * libraries whose own way to wait looks once a second, which would say nothing of how quick they are.
 */
export class CompletionPoll {
  readonly #ask: (ids: readonly string[]) => Promise<readonly string[]>;
  readonly #waiting = new Map<string, () => void>();
  #isAsking = false;

  constructor(ask: (ids: readonly string[]) => Promise<readonly string[]>) {
    this.#ask = ask;
  }

  /** Resolves when the saga is found complete, at most a question and a millisecond late. */
  complete(id: string): Promise<void> {
    const found = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    if (!this.#isAsking) void this.#poll();
    return found;
  }

  async #poll(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.size > 0) {
      for (const id of await this.#ask([...this.#waiting.keys()])) {
        this.#waiting.get(id)?.();
        this.#waiting.delete(id);
      }
      await pause(1);
    }
    this.#isAsking = false;
  }
}
