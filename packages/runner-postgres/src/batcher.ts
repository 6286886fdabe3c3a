import { messageOf, SagaError } from '@countermand/saga-core';
import { isAwaited, type MoveItem, type MoveResult } from './move-item.js';
import type { Chance } from './ports/chance.js';
import { type Clock, pause } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { FailureKind } from './ports/store.js';
import { repeatedResult } from './repeated-result.js';
import { Waiting, WaitingLine } from './waiting-line.js';

/** Transactions at once: the process decides one while the database writes the other. */
const MAX_UNDER_WAY = 2;
/** What a second transaction is begun for; fewer wait for the end of the first, and travel together. */
const ENOUGH_FOR_ANOTHER = 32;
/** How many callers may wait; more are refused at once, so that an overload can't fill the memory. */
const MAX_CALLERS = 10_000;
/** How long a caller waits for a database that is away. What nobody waits for is tried as long as the runner lives. */
const PATIENCE_MS = 30_000;
/** How often a batch is repeated as it is, for conflicts, before it is taken apart or put back. */
const MAX_CONFLICTS = 5;
/** How often an item that takes too long all alone is tried again, before it is to blame for that. */
const MAX_SLOW = 5;
const MAX_BACKOFF_MS = 1_000;

/** What a {@link Batcher} is made of. */
export interface BatcherOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly logger: Logger;
  /** Moves the sagas in one transaction. Repeating one that may have committed must do no harm. */
  readonly move: (items: readonly MoveItem[]) => Promise<readonly MoveResult[]>;
  readonly kindOf: (error: unknown) => FailureKind;
  /** An item that nobody waits for fails by itself, whatever is tried. */
  readonly onPoison: (item: MoveItem, error: unknown) => Promise<void>;
}

/**
 * Collects what wants to move sagas while the batches before are under way, and moves it together. When idle, nothing
 * waits: a single item is a batch. {@link WaitingLine} says what goes next.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #line = new WaitingLine();
  #arrived = 0;
  #underWay = 0;
  #isScheduled = false;
  readonly #stopped = new AbortController();
  #drained: (() => void)[] = [];

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Resolves when the item is committed, or is known not to be. Rejects with what made it fail. */
  submit(item: MoveItem): Promise<MoveResult> {
    if (this.#stopped.signal.aborted) return Promise.reject(stoppedError());
    if (isAwaited(item) && this.#line.callers >= MAX_CALLERS) return Promise.reject(overloadedError());
    return new Promise((resolve, reject) => {
      this.#arrived += 1;
      this.#line.add(new Waiting(item, resolve, reject, this.#options.clock.now(), this.#arrived));
      this.#schedule();
    });
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    while (this.#isBusy) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** Gives up what still waits. */
  stop(): void {
    this.#stopped.abort();
    for (const waiting of this.#line.clear()) waiting.reject(stoppedError());
  }

  get #isBusy(): boolean {
    return this.#underWay > 0 || this.#line.length > 0;
  }

  /** In the next microtask at the earliest, so that what is submitted together travels together. */
  #schedule(): void {
    const isFull = this.#underWay >= MAX_UNDER_WAY;
    if (this.#isScheduled || isFull || (this.#underWay > 0 && this.#line.length < ENOUGH_FOR_ANOTHER)) return;
    this.#isScheduled = true;
    void Promise.resolve().then(() => {
      this.#isScheduled = false;
      while (this.#underWay < MAX_UNDER_WAY && this.#begin());
    });
  }

  /** Begins a transaction with what may go now; false when that isn't enough. */
  #begin(): boolean {
    const items = this.#line.take(this.#underWay > 0 ? ENOUGH_FOR_ANOTHER : 1);
    if (items.length === 0) return false;
    this.#underWay += 1;
    void this.#move(items).finally(() => {
      this.#underWay -= 1;
      this.#line.release(items);
      if (this.#line.length > 0) this.#schedule();
      this.#tellDrained();
    });
    return true;
  }

  /** @param putBack - sagas of which something of this batch goes later: what comes after that goes later too */
  async #move(batch: readonly Waiting[], putBack = new Set<string>()): Promise<void> {
    let items = this.#leaveOut(batch, putBack);
    for (let tries = 1; items.length > 0; tries += 1) {
      try {
        const results = await this.#options.move(items.map(({ item }) => item));
        for (const [index, waiting] of items.entries()) this.#settle(waiting, results[index], putBack);
        return;
      } catch (error) {
        const kind = this.#options.kindOf(error);
        if (kind === 'slow') return await this.#relieve(items, error, putBack);
        const isTriedEnough = tries >= MAX_CONFLICTS && kind !== 'away';
        if (kind === 'poison' || (isTriedEnough && (items.length > 1 || kind === 'duplicate')))
          return await this.#split(items, error, putBack);
        items = this.#keepPatient(items, error, kind);
        if (isTriedEnough) return this.#giveWay(items, error, putBack);
        this.#options.logger.debug({ err: error, tries, items: items.length }, 'batch is repeated');
        await this.#backOff(kind, tries);
      }
    }
  }

  #leaveOut(batch: readonly Waiting[], putBack: Set<string>): readonly Waiting[] {
    if (putBack.size === 0) return batch;
    const isLater = ({ item }: Waiting) => putBack.has(item.sagaId);
    for (const waiting of batch.filter(isLater)) this.#tryLater(waiting, putBack);
    return batch.filter((waiting) => !isLater(waiting));
  }

  /** Halves the batch until the culprit is alone. The halves go in order: causes of one saga don't overtake. */
  async #split(items: readonly Waiting[], error: unknown, putBack: Set<string>): Promise<void> {
    const [only] = items;
    if (only && items.length === 1) return await this.#blame(only, error);
    const middle = items.length >> 1;
    await this.#move(items.slice(0, middle), putBack);
    await this.#move(items.slice(middle), putBack);
  }

  /** Halves may pass. What takes too long alone may do so because the server is slow for a while: the others go first. */
  async #relieve(items: readonly Waiting[], error: unknown, putBack: Set<string>): Promise<void> {
    const [only] = items;
    if (!only || items.length > 1 || only.slow >= MAX_SLOW) return await this.#split(items, error, putBack);
    only.slow += 1;
    const { sagaId, kind } = only.item;
    this.#options.logger.warn({ err: error, sagaId, kind }, 'took too long, and is tried again');
    for (const waiting of this.#keepPatient(items, error, 'slow')) this.#tryLater(waiting, putBack);
  }

  /** Others are in its way each time. It isn't to blame for that: it goes on trying, and holds up nobody else. */
  #giveWay(items: readonly Waiting[], error: unknown, putBack: Set<string>): void {
    for (const waiting of items) {
      const { sagaId, kind } = waiting.item;
      this.#options.logger.warn({ err: error, sagaId, kind }, 'conflicts with others again and again');
      this.#tryLater(waiting, putBack);
    }
  }

  async #blame({ item, resolve, reject }: Waiting, error: unknown): Promise<void> {
    if (isAwaited(item)) return reject(error);
    const { sagaId, kind } = item;
    this.#options.logger.error({ err: error, sagaId, kind }, `cannot be applied: ${messageOf(error)}`);
    await this.#options.onPoison(item, error).catch((failure: unknown) => {
      this.#options.logger.error({ err: failure, sagaId, kind }, 'cannot even be recorded as failed');
    });
    resolve({ kind: 'done', applied: false, isRefused: true });
  }

  #settle(waiting: Waiting, result: MoveResult | undefined, putBack: Set<string>): void {
    if (result?.kind === 'again') return this.#tryLater(waiting, putBack);
    const known = result && waiting.isAmbiguous ? repeatedResult(waiting.item, result) : result;
    if (known?.kind === 'failed') return waiting.reject(known.error);
    waiting.resolve(known ?? { kind: 'done', applied: false });
  }

  /**
   * Its saga is locked by another process, for as long as a batch takes, or by a start in an open transaction. The
   * saga rests, so that what came later doesn't overtake it.
   */
  #tryLater(waiting: Waiting, putBack: Set<string>): void {
    if (this.#stopped.signal.aborted) return waiting.reject(stoppedError());
    const { sagaId } = waiting.item;
    putBack.add(sagaId);
    waiting.busy += 1;
    this.#line.putBack(waiting);
    if (!this.#line.rest(sagaId)) return;
    const { clock, chance } = this.#options;
    const delayMs = Math.min(250, 2 ** waiting.busy) * (0.5 + chance.random() / 2);
    void pause(clock, delayMs, this.#stopped.signal).then(() => {
      this.#line.wake(sagaId);
      if (this.#line.length > 0) this.#schedule();
    });
  }

  #keepPatient(items: readonly Waiting[], error: unknown, kind: FailureKind): Waiting[] {
    const now = this.#options.clock.now();
    const isStopped = this.#stopped.signal.aborted;
    return items.filter((waiting) => {
      // Whatever else has failed was rolled back.
      if (kind === 'away') waiting.isAmbiguous = true;
      if (isStopped) waiting.reject(stoppedError());
      else if (!isAwaited(waiting.item) || now - waiting.since < PATIENCE_MS) return true;
      else waiting.reject(error);
      return false;
    });
  }

  async #backOff(kind: FailureKind, tries: number): Promise<void> {
    const { clock, chance } = this.#options;
    const longest = Math.min(MAX_BACKOFF_MS, (kind === 'away' ? 50 : 5) * 2 ** (tries - 1));
    await pause(clock, longest * (0.5 + chance.random() / 2), this.#stopped.signal);
  }

  #tellDrained(): void {
    if (this.#isBusy) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}

function overloadedError(): SagaError {
  return new SagaError('OVERLOADED', `${MAX_CALLERS} calls wait for the database already; try again later`);
}

function stoppedError(): SagaError {
  return new SagaError('RUNNER_STOPPED', 'the runner has been stopped');
}
