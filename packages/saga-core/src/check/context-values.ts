import type { Json, JsonObject } from '../json.js';

/** A key of the context with more values than this no longer tells states apart, where there are many states. */
const MOST_VALUES = 12;
/** While there are fewer states than this, all values are told apart. */
const FEW_STATES = 2_000;

/** Counts the values that the keys of the context take. */
export class ContextValues {
  readonly #values = new Map<string, Set<string>>();
  readonly #leftOut: ReadonlySet<string>;

  constructor(leftOut: Iterable<string>) {
    this.#leftOut = new Set(leftOut);
  }

  note(context: Json): void {
    for (const [key, value] of Object.entries((context ?? {}) as JsonObject)) {
      if (this.#leftOut.has(key)) continue;
      const values = this.#values.get(key) ?? new Set();
      this.#values.set(key, values.add(JSON.stringify(value)));
    }
  }

  /** The key whose values make most of the states, where there are too many of both. */
  tooMany(states: number): string | undefined {
    if (states <= FEW_STATES) return undefined;
    const [most] = [...this.#values].sort(([, a], [, b]) => b.size - a.size);
    return most && most[1].size > MOST_VALUES ? most[0] : undefined;
  }
}
