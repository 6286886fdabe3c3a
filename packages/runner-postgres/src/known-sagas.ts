import { EmptiedMap } from './emptied-map.js';
import type { StoredSaga } from './ports/saga-rows.js';

/** How many sagas are remembered, and how long their envelopes may be altogether, in characters. */
const MAX_SAGAS = 4_000;
const MAX_LENGTH = 16 * 1024 * 1024;

/** A saga as a commit of this process left it. */
export class SavedSaga {
  /**
   * @param length - of its envelope's text
   * @param isAtRest - nothing more is expected to happen to it soon
   */
  constructor(
    readonly stored: StoredSaga,
    readonly length: number,
    readonly isAtRest: boolean,
  ) {}
}

/**
 * The sagas that this process has moved last, so that their next step needs not read them. Only ever a guess: the
 * lock says whether a saga is still at the revision that is remembered here, and it is read anew when it isn't.
 */
export class KnownSagas {
  /** The one that was used longest ago is first. */
  readonly #sagas = new EmptiedMap<SavedSaga>();
  #length = 0;

  /** Those of the sagas that are remembered. */
  of(sagaIds: Iterable<string>): ReadonlyMap<string, StoredSaga> {
    const found = new Map<string, StoredSaga>();
    for (const id of sagaIds) {
      const known = this.#sagas.get(id);
      if (known) found.set(id, known.stored);
    }
    return found;
  }

  /** Remembers what was committed. */
  keep(sagas: Iterable<SavedSaga>): void {
    for (const saga of sagas) {
      this.#drop(saga.stored.id);
      if (saga.isAtRest) continue;
      this.#sagas.set(saga.stored.id, saga);
      this.#length += saga.length;
    }
    for (const id of this.#sagas.keys()) {
      if (this.#sagas.size <= MAX_SAGAS && this.#length <= MAX_LENGTH) break;
      this.#drop(id);
    }
  }

  /** What is in the database isn't certain any more: it may be another one. */
  clear(): void {
    this.#sagas.clear();
    this.#length = 0;
  }

  /** What became of them isn't certain, or code of the user's that failed may have changed them in memory. */
  forget(sagaIds: Iterable<string>): void {
    for (const id of sagaIds) this.#drop(id);
  }

  #drop(id: string): void {
    const known = this.#sagas.get(id);
    if (!known) return;
    this.#sagas.delete(id);
    this.#length -= known.length;
  }
}
