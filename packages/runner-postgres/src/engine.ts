import { SagaError } from '@countermand/saga-core';
import { Batcher } from './batcher.js';
import { Changes } from './changes.js';
import { type EventHandler, redeliveryDelayMs } from './deliver-event.js';
import { errorText } from './error-text.js';
import { Executor } from './executor.js';
import { Fetcher } from './fetcher.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { MoveItem, MoveResult } from './move-item.js';
import { INBOX_NOTICE, type Moved } from './move-sagas.js';
import { Mover, type Places } from './mover.js';
import type { Chance } from './ports/chance.js';
import { type Clock, pause } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import type { Store } from './ports/store.js';
import type { Telemetry } from './ports/telemetry.js';
import { type SagaRegistry, subscriptionQueue } from './saga-registry.js';
import { Slots } from './slots.js';
import { Sweeper } from './sweeper.js';
import { LEASE_MS } from './timing.js';
import { UnknownVersions } from './unknown-versions.js';

/** How long a worker that stops waits for its last commits. */
const LAST_WRITES_MS = 2_000;
/**
 * So many rows of uncertain commits are kept at most. The first ones are those of which it is uncertain: while a database
 * stays away, each further try asks for others.
 */
const MAX_UNSURE = 1_000;

/** What an {@link Engine} is made of. Nothing else reaches it: no clock, no chance, no database. */
export interface EngineOptions {
  readonly store: Store;
  readonly registry: SagaRegistry;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly logger: Logger;
  /** Attempts that are carried out at once. */
  readonly concurrency: number;
  /** Steps that a commit asks for are carried out at once by the worker that made it. */
  readonly followUp: boolean;
  readonly telemetry?: Telemetry | undefined;
}

/**
 * The runner without its database: batches, attempts, leases, sweeps. It takes part in moving sagas from the start,
 * and carries steps out once {@link Engine.work} is called.
 */
export class Engine {
  readonly changes: Changes;
  readonly #options: EngineOptions;
  readonly #batcher: Batcher;
  readonly #mover: Mover;
  readonly #slots: Slots;
  readonly #executor: Executor;
  readonly #fetcher: Fetcher;
  readonly #sweeper: Sweeper;
  readonly #unknown: UnknownVersions;
  readonly #handlers = new Map<string, Map<string, EventHandler>>();
  /** Rows of commits whose answer was lost. */
  readonly #unsure: LeasedRow[] = [];
  #served: ReadonlySet<string> = new Set();
  #isWorking = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { store, registry, clock, chance, logger, telemetry } = options;
    this.changes = new Changes(logger);
    this.#unknown = new UnknownVersions(clock, logger);
    this.#slots = new Slots(options.concurrency, () => this.#fetcher.resume());
    this.#mover = new Mover({
      ...{ store, registry, clock, chance, telemetry: options.telemetry },
      places: () => this.#places(),
      hears: (queue) => this.#isWorking && this.#served.has(queue),
      onCommit: (moved, takenAt) => this.#afterCommit(moved, takenAt),
      onUnsure: (leased) => this.#unsure.push(...leased.slice(0, MAX_UNSURE - this.#unsure.length)),
    });
    this.#batcher = new Batcher({
      clock,
      chance,
      logger,
      move: (items) => this.#mover.move(items),
      kindOf: (error) => store.failureKind(error),
      onPoison: (item, error) => this.#markStuck(item, error),
    });
    const submit = (item: MoveItem) => this.submit(item);
    this.#executor = new Executor({
      ...{ registry, store, clock, chance, logger, telemetry, submit },
      leases: new LeaseKeeper({ store, clock, logger }),
      slots: this.#slots,
      handlerOf: (subscription, type) => this.#handlers.get(subscription)?.get(type),
      dueIn: (delayMs) => this.#sweeper.dueIn(delayMs),
    });
    this.#fetcher = new Fetcher({
      ...{ store, registry, clock, chance, logger },
      slots: this.#slots,
      run: (row, takenAt) => this.#executor.run(row, takenAt),
      discard: (wakeups) => this.#executor.discard(wakeups),
      onUnknown: (version) => this.#unknown.met(version),
    });
    this.#sweeper = new Sweeper({
      ...{ store, registry, clock, chance, logger, submit },
      servedQueues: () => [...this.#served],
      onQueues: (queues) => this.#fetcher.hint(queues),
    });
  }

  /** Moves a saga, together with whatever else wants to be moved. */
  submit(item: MoveItem): Promise<MoveResult> {
    return this.#batcher.submit(item);
  }

  /** Begins to carry out steps, to fire timers, to deliver events. */
  work(): void {
    this.#isWorking = true;
    this.#serve();
    this.#sweeper.start();
  }

  get isWorking(): boolean {
    return this.#isWorking;
  }

  /** Adds a subscriber. @throws SagaError `SETTING_INVALID` where there is another */
  addHandler(subscription: string, eventType: string, handler: EventHandler): void {
    const handlers = this.#handlers.get(subscription) ?? new Map<string, EventHandler>();
    if ((handlers.get(eventType) ?? handler) !== handler)
      throw new SagaError(
        'SETTING_INVALID',
        `'${eventType}' has another handler as '${subscription}' here; give this one a name of its own`,
      );
    handlers.set(eventType, handler);
    this.#handlers.set(subscription, handlers);
    if (this.#isWorking) this.#serve();
  }

  /** A connection broke: what the next one leads to may have another past. */
  forget(): void {
    this.#mover.forget();
  }

  /** Takes a subscriber back. */
  removeHandler(subscription: string, eventType: string): void {
    this.#handlers.get(subscription)?.delete(eventType);
  }

  /** Another process says that there is something: wake-ups in queues, messages; an empty list for anything. */
  notice(words: readonly string[]): void {
    if (!this.#isWorking) return;
    const queues = words.filter((word) => this.#served.has(word));
    this.#fetcher.hint(words.length === 0 ? this.#served : queues);
    if (words.length === 0 || words.includes(INBOX_NOTICE)) this.#sweeper.dueIn(0);
  }

  /**
   * Ends in good order: takes nothing new, lets attempts end for as long as the grace lasts, hands back what is
   * left, and commits what is under way.
   */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#options;
    this.#isWorking = false;
    this.#slots.close();
    // A database that doesn't answer keeps nobody from ending: what is not committed is found again by others.
    const ended = new AbortController();
    const inTime = (work: Promise<unknown>, limitMs: number) =>
      Promise.race([work, pause(clock, limitMs, ended.signal)]);
    await inTime(Promise.all([this.#fetcher.stop(), this.#sweeper.stop()]), LAST_WRITES_MS);
    await inTime(this.#executor.stop(graceMs), graceMs + LAST_WRITES_MS);
    await inTime(this.#batcher.drain(), LAST_WRITES_MS);
    ended.abort();
    this.#batcher.stop();
  }

  /** After a commit whose answer was lost: carries out the rows that this worker turns out to hold. */
  async #adoptUnsure(): Promise<void> {
    const rows = this.#unsure.splice(0);
    const takenAt = this.#options.clock.now();
    const leases = rows.map(({ sagaId, key, lease }) => ({ sagaId, key, lease }));
    const held = await this.#options.store.renewLeases(leases, LEASE_MS);
    for (const row of rows) if (held.has(row.lease) && this.#slots.take()) this.#executor.run(row, takenAt);
  }

  #places(): Places {
    let taken = 0;
    return {
      take: (queue) => {
        const mine =
          this.#options.followUp && this.#isWorking && this.#served.has(queue) && this.#slots.take();
        if (mine) taken += 1;
        return mine;
      },
      giveBack: () => {
        for (; taken > 0; taken -= 1) this.#slots.release();
      },
    };
  }

  #afterCommit(moved: Moved, takenAt: number): void {
    for (const row of moved.leased) this.#executor.run(row, takenAt);
    if (this.#unsure.length > 0) {
      this.#adoptUnsure().catch((error: unknown) => {
        this.#options.logger.debug({ err: error }, 'rows of an uncertain commit are left to the sweep');
      });
    }
    if (this.#isWorking) {
      this.#fetcher.hint(moved.queues.filter((queue) => this.#served.has(queue)));
      this.#sweeper.dueIn(moved.dueInMs);
    }
    for (const { saga, version } of moved.unknown) this.#unknown.met({ name: saga, version });
    this.tell(moved);
  }

  /** Logs what a batch has done, and tells whoever listens for changes. */
  tell({ sagas }: Pick<Moved, 'sagas'>): void {
    const { logger } = this.#options;
    for (const { sagaId, definition, history, logs } of sagas) {
      for (const { event, outcome, reason, from, to, actor } of history) {
        logger.info({ sagaId, saga: definition.name, event, outcome, reason, from, to, actor }, 'saga moved');
      }
      for (const { label, value } of logs) {
        const level = label === 'warning' ? 'warn' : 'info';
        logger[level]({ sagaId, saga: definition.name, label, value }, 'saga says');
      }
      this.changes.tell({ sagaId });
    }
  }

  #serve(): void {
    const queues = [
      ...this.#options.registry.servedQueues,
      ...[...this.#handlers.keys()].map(subscriptionQueue),
    ];
    this.#served = new Set(queues);
    this.#fetcher.hint(queues);
  }

  async #markStuck(item: MoveItem, error: unknown): Promise<void> {
    if (item.kind === 'published') return await this.#deliverAgain(item, error);
    const write = { sagaId: item.sagaId, error: errorText(error) };
    if (item.kind === 'answer' || item.kind === 'timer')
      await this.#options.store.markStuck({ ...write, key: item.key });
    if (item.kind === 'inbox') await this.#options.store.markStuck({ ...write, messageId: item.messageId });
  }

  /** A subscriber's row stops no saga. Its event is given again until the database saves that it was taken. */
  async #deliverAgain(item: Extract<MoveItem, { kind: 'published' }>, error: unknown): Promise<void> {
    const { sagaId, key, lease, subscription, attempt } = item;
    const { chance, store, logger } = this.#options;
    const delayMs = redeliveryDelayMs(attempt, chance);
    const refusal = errorText(error);
    logger.error(
      { sagaId, key, subscription, attempt, error: refusal, delayMs },
      'event taken, but that cannot be saved: it is delivered again, and those behind it wait; mend what the database refuses',
    );
    const told = `'${subscription}' took it, but that cannot be saved: ${refusal}`;
    await store.retryLater([{ sagaId, key, lease, error: told, delayMs }]);
    this.#sweeper.dueIn(delayMs);
  }
}
