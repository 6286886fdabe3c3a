import type { Logger } from './ports/logger.js';

/** A saga that this process has moved; told after the commit. */
export interface SagaChange {
  readonly sagaId: string;
}

/** Tells listeners of this process which sagas it has moved. A hint: what other processes move isn't told. */
export class Changes {
  readonly #listeners = new Set<(change: SagaChange) => void>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @returns ends it */
  subscribe(listener: (change: SagaChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells that a saga has moved. */
  tell(change: SagaChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#logger.error({ err: error, ...change }, 'a listener for changes failed');
      }
    }
  }
}
