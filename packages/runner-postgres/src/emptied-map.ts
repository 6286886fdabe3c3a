class Cell<Value> {
  constructor(public value: Value | undefined) {}
}

/**
 * A map for what comes and goes all the time: nothing that was deleted is held by it.
 *
 * A `Map` holds it for a while: when V8 gives one another table, the old table points to the new one and keeps the
 * entries that it had. Once an old table has come into the old generation, every later one is taken for alive, with all
 * that was ever in it, until the next full collection: each minor one copies it meanwhile. What such tables hold here
 * are cells, which are empty by then.
 */
export class EmptiedMap<Value> {
  readonly #cells = new Map<string, Cell<Value>>();

  get size(): number {
    return this.#cells.size;
  }

  get(key: string): Value | undefined {
    return this.#cells.get(key)?.value;
  }

  /** A key that was there becomes the last. */
  set(key: string, value: Value): void {
    this.delete(key);
    this.#cells.set(key, new Cell(value));
  }

  /** @returns whether it was there */
  delete(key: string): boolean {
    const cell = this.#cells.get(key);
    if (!cell) return false;
    cell.value = undefined;
    return this.#cells.delete(key);
  }

  clear(): void {
    for (const key of this.#cells.keys()) this.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.#cells.keys();
  }

  *values(): IterableIterator<Value> {
    for (const { value } of this.#cells.values()) if (value !== undefined) yield value;
  }
}
