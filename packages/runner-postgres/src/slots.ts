/** How many attempts a worker carries out at once. */
export class Slots {
  readonly #size: number;
  #taken = 0;
  #isOpen = true;
  readonly #onFree: () => void;

  /** @param onFree - told of every place that becomes free */
  constructor(size: number, onFree: () => void) {
    this.#size = size;
    this.#onFree = onFree;
  }

  /** Takes a place, if there is one. */
  take(): boolean {
    if (this.free === 0) return false;
    this.#taken += 1;
    return true;
  }

  release(): void {
    this.#taken -= 1;
    this.#onFree();
  }

  get free(): number {
    return this.#isOpen ? this.#size - this.#taken : 0;
  }

  /** No place is given away any more. */
  close(): void {
    this.#isOpen = false;
  }
}
