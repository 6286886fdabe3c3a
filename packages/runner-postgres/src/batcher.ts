import { messageOf, SagaError } from '@countermand/saga-core';
import type { MoveItem, MoveResult } from './move-item.js';
import type { Chance } from './ports/chance.js';
import { type Clock, pause } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { FailureKind } from './ports/store.js';

/** The most items that one transaction takes. */
const MAX_BATCH = 200;
/** How long a caller waits for a database that is away. What nobody waits for is tried as long as the runner lives. */
const PATIENCE_MS = 30_000;
/** How often a batch is repeated as it is, for conflicts, before it is taken apart. */
const MAX_CONFLICTS = 5;
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

interface Waiting {
  readonly item: MoveItem;
  readonly resolve: (result: MoveResult) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
  /** How often its saga was found locked. */
  busy: number;
  /** An earlier try may have been committed. */
  isAmbiguous: boolean;
}

/**
 * Collects what wants to move sagas while the batch before is under way, and moves it together. When idle, nothing
 * waits: a single item is a batch.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #waiting: Waiting[] = [];
  readonly #stopped = new AbortController();
  #delayed = 0;
  #loop: Promise<void> | undefined;
  #drained: (() => void)[] = [];

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Resolves when the item is committed, or is known not to be. Rejects with what made it fail. */
  submit(item: MoveItem): Promise<MoveResult> {
    if (this.#stopped.signal.aborted) return Promise.reject(stoppedError());
    return new Promise((resolve, reject) => {
      const since = this.#options.clock.now();
      this.#enqueue({ item, resolve, reject, since, busy: 0, isAmbiguous: false });
    });
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    while (this.#loop || this.#delayed > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** Gives up what still waits. */
  stop(): void {
    this.#stopped.abort();
    for (const waiting of this.#waiting.splice(0)) waiting.reject(stoppedError());
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#loop ??= this.#run();
  }

  async #run(): Promise<void> {
    // In the next microtask at the earliest, so that what is submitted together travels together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#move(this.#waiting.splice(0, MAX_BATCH));
    this.#loop = undefined;
    this.#tellDrained();
  }

  async #move(batch: readonly Waiting[]): Promise<void> {
    let items = batch;
    for (let tries = 1; items.length > 0; tries += 1) {
      try {
        const results = await this.#options.move(items.map(({ item }) => item));
        for (const [index, waiting] of items.entries()) this.#settle(waiting, results[index]);
        return;
      } catch (error) {
        const kind = this.#options.kindOf(error);
        if (kind === 'poison' || (kind === 'conflict' && tries >= MAX_CONFLICTS))
          return await this.#split(items, error);
        this.#options.logger.debug({ err: error, tries, items: items.length }, 'batch is repeated');
        items = this.#keepPatient(items, error);
        await this.#backOff(kind, tries);
      }
    }
  }

  /** Halves the batch until the culprit is alone. The halves go in order: causes of one saga don't overtake. */
  async #split(items: readonly Waiting[], error: unknown): Promise<void> {
    const [only] = items;
    if (only && items.length === 1) return await this.#blame(only, error);
    const middle = items.length >> 1;
    await this.#move(items.slice(0, middle));
    await this.#move(items.slice(middle));
  }

  async #blame({ item, resolve, reject }: Waiting, error: unknown): Promise<void> {
    if (isAwaited(item)) return reject(error);
    const { sagaId, kind } = item;
    this.#options.logger.error({ err: error, sagaId, kind }, `cannot be applied: ${messageOf(error)}`);
    await this.#options.onPoison(item, error).catch((failure: unknown) => {
      this.#options.logger.error({ err: failure, sagaId, kind }, 'cannot even be recorded as failed');
    });
    resolve({ kind: 'done', applied: false });
  }

  #settle(waiting: Waiting, result: MoveResult | undefined): void {
    if (result?.kind === 'again') return this.#tryLater(waiting);
    if (result?.kind === 'failed') {
      const { error } = result;
      const isRepeated = waiting.isAmbiguous && waiting.item.kind === 'admin' && isNotParked(error);
      return isRepeated ? waiting.resolve({ kind: 'done', applied: true }) : waiting.reject(error);
    }
    waiting.resolve(result ?? { kind: 'done', applied: false });
  }

  /** Its saga is locked by another process, for as long as a batch takes, or by a start in an open transaction. */
  #tryLater(waiting: Waiting): void {
    waiting.busy += 1;
    this.#delayed += 1;
    const { clock, chance } = this.#options;
    const delayMs = Math.min(250, 2 ** waiting.busy) * (0.5 + chance.random() / 2);
    void pause(clock, delayMs, this.#stopped.signal).then(() => {
      this.#delayed -= 1;
      if (this.#stopped.signal.aborted) waiting.reject(stoppedError());
      else this.#enqueue(waiting);
      this.#tellDrained();
    });
  }

  #keepPatient(items: readonly Waiting[], error: unknown): Waiting[] {
    const now = this.#options.clock.now();
    const isStopped = this.#stopped.signal.aborted;
    return items.filter((waiting) => {
      waiting.isAmbiguous = true;
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
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}

/** Whether somebody waits for the outcome, who can be told of a failure. */
function isAwaited(item: MoveItem): boolean {
  return (
    item.kind === 'start' ||
    item.kind === 'send' ||
    item.kind === 'admin' ||
    item.kind === 'upgrade' ||
    (item.kind === 'answer' && item.late)
  );
}

function isNotParked(error: Error): boolean {
  return error instanceof SagaError && (error.code === 'NOT_PARKED' || error.code === 'STEP_NOT_FOUND');
}

function stoppedError(): SagaError {
  return new SagaError('RUNNER_STOPPED', 'the runner has been stopped');
}
