import { isAwaited, type MoveItem, type MoveResult } from './move-item.js';

/** The most items that one transaction takes. */
const MAX_BATCH = 200;

/** What wants to move a saga. An instance, like everything that outlives the batch that makes it: see `docs/performance.md`. */
export class Waiting {
  /** How often it was put back: its saga was locked, or others were in its way. */
  busy = 0;
  /** How often it took too long, all alone. */
  slow = 0;
  /** An earlier try may have been committed. */
  isAmbiguous = false;

  /** @param order - its place in the order of arrival */
  constructor(
    readonly item: MoveItem,
    readonly resolve: (result: MoveResult) => void,
    readonly reject: (error: unknown) => void,
    readonly since: number,
    readonly order: number,
  ) {}
}

/**
 * What waits for its transaction, in order of arrival. Chooses what goes next: one saga is in one batch at a time, and
 * its causes keep their order.
 */
export class WaitingLine {
  #waiting: Waiting[] = [];
  /** Starts among those that wait, by saga: what is for such a saga mustn't overtake them. */
  readonly #starting = new Map<string, number>();
  /** Sagas of the batches that are under way: their next causes wait for the end. */
  readonly #busy = new Set<string>();
  /** Sagas that are left alone for a moment, with everything that waits for them. */
  readonly #resting = new Set<string>();
  #callers = 0;

  get length(): number {
    return this.#waiting.length;
  }

  /** How many of those that wait somebody waits for. */
  get callers(): number {
    return this.#callers;
  }

  /** At the end. */
  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#count(waiting.item);
  }

  /** To its old place: nothing of its saga that waits is older, but what was put back with it. */
  putBack(waiting: Waiting): void {
    const place = this.#waiting.findIndex(({ order }) => order > waiting.order);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, waiting);
    this.#count(waiting.item);
  }

  /**
   * Takes out what goes next, in order of arrival; its sagas are busy until {@link WaitingLine.release}.
   *
   * @param atLeast - nothing is taken where fewer may go now
   */
  take(atLeast: number): readonly Waiting[] {
    const batch = this.#choose();
    if (batch.size < atLeast) return [];
    this.#waiting = this.#waiting.filter((waiting) => !batch.has(waiting));
    // In order of arrival, whatever was chosen first.
    const taken = [...batch].sort((one, other) => one.order - other.order);
    for (const { item } of taken) {
      this.#busy.add(item.sagaId);
      if (isAwaited(item)) this.#callers -= 1;
      if (item.kind === 'start') this.#forgetStart(item.sagaId);
    }
    return taken;
  }

  /** What was taken is no longer under way. */
  release(taken: readonly Waiting[]): void {
    for (const { item } of taken) this.#busy.delete(item.sagaId);
  }

  /** Leaves a saga alone until {@link WaitingLine.wake}; false where it is left alone already. */
  rest(sagaId: string): boolean {
    if (this.#resting.has(sagaId)) return false;
    this.#resting.add(sagaId);
    return true;
  }

  wake(sagaId: string): void {
    this.#resting.delete(sagaId);
  }

  /** Takes out everything, whether it may go or not. */
  clear(): readonly Waiting[] {
    this.#starting.clear();
    this.#callers = 0;
    return this.#waiting.splice(0);
  }

  /**
   * First what carries on with sagas that were begun, and new ones as far as there is room. So an overload waits
   * outside, instead of making everything that was begun slower.
   */
  #choose(): ReadonlySet<Waiting> {
    const batch = new Set<Waiting>();
    const choose = (isNext: (item: MoveItem) => boolean) => {
      for (const waiting of this.#waiting) {
        if (batch.size >= MAX_BATCH) return;
        const { sagaId } = waiting.item;
        // Most that wait are out of the question by their kind.
        if (!isNext(waiting.item) || this.#busy.has(sagaId) || this.#resting.has(sagaId)) continue;
        batch.add(waiting);
      }
    };
    choose(({ kind, sagaId }) => kind !== 'start' && !this.#starting.has(sagaId));
    if (this.#starting.size > 0) choose(({ sagaId }) => this.#starting.has(sagaId));
    return batch;
  }

  #count(item: MoveItem): void {
    if (isAwaited(item)) this.#callers += 1;
    if (item.kind === 'start') this.#starting.set(item.sagaId, (this.#starting.get(item.sagaId) ?? 0) + 1);
  }

  #forgetStart(sagaId: string): void {
    const left = (this.#starting.get(sagaId) ?? 1) - 1;
    if (left > 0) this.#starting.set(sagaId, left);
    else this.#starting.delete(sagaId);
  }
}
