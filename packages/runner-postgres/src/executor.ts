import { messageOf, type StepOutcome } from '@countermand/saga-core';
import { attemptStep, type Ending } from './attempt-step.js';
import { deliverEvent, type EventHandler } from './deliver-event.js';
import { EmptiedMap } from './emptied-map.js';
import { Interruption } from './interruption.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { AnswerItem, MoveItem, MoveResult } from './move-item.js';
import type { Chance } from './ports/chance.js';
import { type Clock, pause } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { LeasedRow, RetryResult, RetryWrite } from './ports/outbox-rows.js';
import type { Store } from './ports/store.js';
import type { AttemptEnd, AttemptTelemetry, Telemetry } from './ports/telemetry.js';
import type { Wakeup } from './ports/wakeup-queue.js';
import type { SagaRegistry } from './saga-registry.js';
import type { Slots } from './slots.js';

/** What an {@link Executor} is made of. */
export interface ExecutorOptions {
  readonly registry: SagaRegistry;
  readonly store: Pick<Store, 'retryLater' | 'removeWakeups' | 'failureKind'>;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly logger: Logger;
  readonly telemetry?: Telemetry | undefined;
  readonly leases: LeaseKeeper;
  readonly slots: Slots;
  readonly submit: (item: MoveItem) => Promise<MoveResult>;
  readonly handlerOf: (subscription: string, eventType: string) => EventHandler | undefined;
  /** Something is due that soon. */
  readonly dueIn: (delayMs: number) => void;
}

/** Why an attempt is interrupted. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Carries out the rows that this worker holds the leases of, each in one of its slots. */
export class Executor {
  readonly #options: ExecutorOptions;
  #running = 0;
  #onIdle: (() => void)[] = [];
  /** What may be interrupted, by its lease. */
  readonly #interruptions = new EmptiedMap<Interruption>();
  #isStopping = false;
  readonly #finished: Wakeup[] = [];
  #removing: Promise<void> | undefined;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /**
   * Carries out a row whose slot has been taken.
   *
   * @param takenAt - process time before its lease was asked for
   */
  run(row: LeasedRow, takenAt: number): void {
    this.#running += 1;
    void this.#carryOut(row, takenAt);
  }

  /** Removes the jobs of wake-ups that led to nothing. */
  discard(wakeups: readonly Wakeup[]): void {
    this.#finished.push(...wakeups);
    this.#removing ??= this.#removeFinished();
  }

  /** Waits until nothing runs; what still does after the grace is handed back for others to take. */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#options;
    const ended = new AbortController();
    const grace = pause(clock, graceMs, ended.signal).then(() => {
      this.#isStopping = true;
      for (const interruption of this.#interruptions.values()) interruption.interrupt(stopped());
    });
    while (this.#running > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
    ended.abort();
    await grace;
    await this.#removing;
    this.#options.leases.stop();
  }

  async #carryOut(row: LeasedRow, takenAt: number): Promise<void> {
    const { leases, slots, logger, clock, telemetry } = this.#options;
    const interruption = new Interruption();
    this.#interruptions.set(row.lease, interruption);
    leases.hold(row, takenAt, () => interruption.interrupt(new Interrupted('the lease was lost')));
    if (this.#isStopping) interruption.interrupt(stopped());
    const { sagaId, key, step, attempt } = row;
    const startedAt = clock.now();
    try {
      let traced: AttemptTelemetry | undefined;
      let ending: Ending;
      try {
        traced = telemetry?.attempt(row);
        const run = () => this.#attempt(traced?.row ?? row, takenAt, interruption);
        ending = await (traced ? traced.run(async () => run()) : run());
      } finally {
        slots.release();
      }
      const end = describe(ending);
      traced?.ended(
        interruption.reason ? { outcome: 'interrupted', error: messageOf(interruption.reason) } : end,
      );
      logger.info(
        { sagaId, key, step, attempt, ...end, durationMs: clock.now() - startedAt },
        row.kind === 'publish' ? 'event delivered' : 'step attempted',
      );
      if (interruption.reason) await this.#handBack(row);
      else await this.#finish(row, ending, interruption, traced?.row.traceparent);
    } catch (error) {
      logger.error({ err: error, sagaId, key }, 'an attempt was lost; it is repeated after its lease');
    } finally {
      this.#interruptions.delete(row.lease);
      leases.drop(row);
      this.#running -= 1;
      if (this.#running === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  #attempt(row: LeasedRow, takenAt: number, interruption: Interruption): Promise<Ending> | Ending {
    const { registry, clock, chance, handlerOf } = this.#options;
    const name = row.step ?? '';
    if (row.kind === 'publish') {
      const handler = handlerOf(row.id, name);
      if (!handler) return { kind: 'retry', error: `no handler for '${name}' here`, delayMs: 1_000 };
      return deliverEvent(row, handler, { interruption, clock, chance });
    }
    const contract = registry.contract(row.saga, row.version, name);
    const adapter = registry.adapter(row.saga, name);
    if (!contract || !adapter)
      return { kind: 'retry', error: `no adapter for '${name}' here`, delayMs: 1_000 };
    return attemptStep({ row, contract, adapter, interruption, clock, chance, takenAt });
  }

  async #finish(
    row: LeasedRow,
    ending: Ending,
    interruption: Interruption,
    traceparent: string | null = null,
  ): Promise<void> {
    const { sagaId, key, lease } = row;
    if (ending.kind === 'retry') {
      const { error, delayMs } = ending;
      const [kept] = await this.#retryLater({ sagaId, key, lease, error, delayMs }, interruption);
      if (kept) this.#options.dueIn(kept.left ? 0 : delayMs);
      if (row.kind === 'publish') this.#complain(row, error);
    } else {
      const item: MoveItem =
        row.kind === 'publish'
          ? { kind: 'published', sagaId, key, lease, subscription: row.id, attempt: row.attempt }
          : new AttemptAnswer(row, ending.outcome, traceparent);
      const result = await this.#options.submit(item);
      if (result.kind === 'done' && !result.applied && !result.isRefused) {
        this.#options.logger.warn(
          { sagaId, key, attempt: row.attempt },
          'answer refused: the lease had been lost',
        );
      }
    }
    this.#discardWakeup(row);
  }

  /**
   * The worker stops: others may take it at once, and the attempt isn't held against it. A first one counts all the
   * same: what has been begun must not look as if it hadn't.
   */
  async #handBack(row: LeasedRow): Promise<void> {
    if (!this.#isStopping) return;
    const { sagaId, key, lease } = row;
    await this.#options.store.retryLater([
      {
        sagaId,
        key,
        lease,
        error: 'handed back by a worker that stopped',
        delayMs: 0,
        uncounted: row.attempt > 1,
      },
    ]);
    this.#discardWakeup(row);
  }

  async #retryLater(write: RetryWrite, interruption: Interruption): Promise<readonly RetryResult[]> {
    const { store, clock, logger } = this.#options;
    for (;;) {
      try {
        return await store.retryLater([write]);
      } catch (error) {
        // Once the lease is over, the sweeper does the same for us.
        if (store.failureKind(error) === 'poison' || interruption.reason) throw error;
        logger.debug(
          { err: error, sagaId: write.sagaId, key: write.key },
          'a retry could not be recorded yet',
        );
        await pause(clock, 200, interruption.signal);
      }
    }
  }

  #complain({ sagaId, key, attempt, id }: LeasedRow, error: string): void {
    const level = attempt >= 5 ? 'error' : 'warn';
    this.#options.logger[level](
      { sagaId, key, subscription: id, attempt, error },
      'event not taken; those behind it wait',
    );
  }

  #discardWakeup({ wakeup }: LeasedRow): void {
    if (wakeup) this.discard([wakeup]);
  }

  /** Best effort, many at a time: a job that stays finds its row settled, and goes then. */
  async #removeFinished(): Promise<void> {
    await Promise.resolve();
    while (this.#finished.length > 0) {
      const wakeups = this.#finished.splice(0);
      await this.#options.store.removeWakeups(wakeups).catch((error: unknown) => {
        this.#options.logger.debug({ err: error, jobs: wakeups.length }, 'finished jobs were not removed');
      });
    }
    this.#removing = undefined;
  }
}

const FROM_LEASED = ['leased'] as const;

/** What an attempt of this worker has come to. */
class AttemptAnswer implements AnswerItem {
  readonly kind = 'answer';
  readonly sagaId: string;
  readonly key: string;
  readonly from = FROM_LEASED;
  readonly lease: string;
  readonly late = false;

  constructor(
    readonly row: LeasedRow,
    readonly outcome: StepOutcome,
    readonly traceparent: string | null,
  ) {
    this.sagaId = row.sagaId;
    this.key = row.key;
    this.lease = row.lease;
  }
}

function stopped(): Error {
  return new Interrupted('the worker stops');
}

function describe(ending: Ending): AttemptEnd & { readonly delayMs?: number } {
  if (ending.kind === 'retry') return { outcome: 'retry', error: ending.error, delayMs: ending.delayMs };
  const { outcome } = ending;
  if (outcome.kind === 'unknown') return { outcome: 'unknown', error: messageOf(outcome.message) };
  return outcome.kind === 'declined'
    ? { outcome: 'declined', code: outcome.code }
    : { outcome: outcome.kind };
}
