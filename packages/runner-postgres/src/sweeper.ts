import type { StepOutcome } from '@countermand/saga-core';
import type { MoveItem, MoveResult } from './move-item.js';
import type { Chance } from './ports/chance.js';
import { type Clock, pause } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { DueRow } from './ports/outbox-rows.js';
import { rowId } from './ports/row-id.js';
import type { Store, Sweep } from './ports/store.js';
import type { SagaRegistry } from './saga-registry.js';
import { REDELIVER_MS, SWEEP_MS, SWEEP_SOONEST_MS } from './timing.js';

/** The most of each kind that one sweep takes. */
const LIMIT = 500;
/** The most that is on its way to be decided: what is due besides stays in the database, however much it is. */
const MAX_GIVEN = 5_000;
/** How often early events are looked through, in sweeps. */
const EARLY_EVERY = 30;
/** Whoever hears no notices learns by a sweep alone that the database is back. */
const LONGEST_BACKOFF_MS = 3_000;
/** A hint that came too early by a hair would cost a whole second. */
const HINT_MARGIN_MS = 3;

/** What a {@link Sweeper} is made of. */
export interface SweeperOptions {
  readonly store: Pick<Store, 'sweep' | 'redeliver' | 'expireEarly' | 'notify'>;
  readonly registry: SagaRegistry;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly logger: Logger;
  readonly submit: (item: MoveItem) => Promise<MoveResult>;
  /** Queues that this worker serves now. */
  readonly servedQueues: () => readonly string[];
  /** Queues that hold wake-ups. */
  readonly onQueues: (queues: readonly string[]) => void;
}

/**
 * Looks for what is due, once a second, and sooner when this process knows of something: timers and kept events go
 * to the batcher, rows whose lease has ended or whose retry has come back to the queue. It is the safety net below
 * every hint, so nothing depends on a hint's arrival.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #stopped = new AbortController();
  /** What was given to the batcher and isn't decided yet: not to be given again. */
  readonly #given = new Set<string>();
  #loop: Promise<void> | undefined;
  #wake = new AbortController();
  #nextAt = 0;
  #sweeps = 0;
  #failures = 0;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake.abort();
    await this.#loop;
  }

  /** Brings the next sweep forward, if that is sooner. */
  dueIn(delayMs: number): void {
    // The database counts from an instant earlier or later than this process does, by a millisecond or so.
    const at = this.#options.clock.now() + Math.max(0, delayMs) + (delayMs > 0 ? HINT_MARGIN_MS : 0);
    if (!(at < this.#nextAt)) return;
    this.#nextAt = at;
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options;
    while (!this.#stopped.signal.aborted) {
      const sweptAt = clock.now();
      this.#nextAt = sweptAt + SWEEP_MS;
      try {
        const isFull = await this.sweep();
        if (isFull) this.#nextAt = sweptAt;
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        this.#nextAt = clock.now() + Math.min(LONGEST_BACKOFF_MS, SWEEP_MS * this.#failures);
        logger.warn({ err: error, failures: this.#failures }, 'the sweep failed');
      }
      await this.#waitForNext(sweptAt + SWEEP_SOONEST_MS);
    }
  }

  async #waitForNext(soonestAt: number): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stopped.signal.aborted) {
      const leftMs = Math.max(this.#nextAt, soonestAt) - clock.now();
      if (leftMs <= 0) return;
      this.#wake = new AbortController();
      await pause(clock, leftMs, this.#wake.signal);
    }
  }

  /** One sweep. Says whether there may be more of something than one sweep takes. */
  async sweep(): Promise<boolean> {
    const { store, registry, servedQueues, onQueues } = this.#options;
    const found = await store.sweep({
      known: registry.known.map(({ name, version }) => ({ name, version })),
      eventTypes: registry.eventTypes,
      queues: servedQueues(),
      limit: LIMIT + this.#given.size,
    });
    if (found.queues.length > 0) onQueues(found.queues);
    let given = this.#giveTimers(found);
    for (const { sagaId, messageId } of found.inbox) {
      given += this.#give(rowId(sagaId, messageId), { kind: 'inbox', sagaId, messageId });
    }
    await this.#attendTo(found.rows, found.now);
    this.#sweeps += 1;
    if (this.#sweeps % EARLY_EVERY === 0) await store.expireEarly();
    return Math.max(given, found.rows.length) >= LIMIT || this.#given.size >= MAX_GIVEN;
  }

  #giveTimers({ timers }: Sweep): number {
    let given = 0;
    for (const { sagaId, key } of timers)
      given += this.#give(rowId(sagaId, key), { kind: 'timer', sagaId, key });
    return given;
  }

  /** Gives what isn't on its way already; says how many that were. */
  #give(id: string, item: MoveItem): 0 | 1 {
    if (this.#given.has(id) || this.#given.size >= MAX_GIVEN) return 0;
    this.#given.add(id);
    this.#options
      .submit(item)
      .catch((error: unknown) =>
        this.#options.logger.debug({ err: error, id }, 'what was due was not decided'),
      )
      .finally(() => this.#given.delete(id));
    return 1;
  }

  /** Rows whose lease, retry or deadline has come. */
  async #attendTo(rows: readonly DueRow[], now: number): Promise<void> {
    const again: Parameters<Store['redeliver']>[0][number][] = [];
    for (const row of rows) {
      const fate = fateOf(row, now, this.#options.registry);
      if (fate === 'answer') this.#giveAnswer(row);
      else
        again.push({
          row,
          delivery: this.#options.chance.uuid(),
          againInMs: REDELIVER_MS,
          final: fate === 'probe',
        });
    }
    if (again.length === 0) return;
    for (const { row } of again) {
      const { sagaId, key, status, attempt, delivery } = row;
      if (isLost(row, now))
        this.#options.logger.warn({ sagaId, key, attempt, delivery }, 'wake-up lost; another is sent');
      else if (status === 'leased')
        this.#options.logger.warn({ sagaId, key, attempt }, 'lease over; handed to another worker');
    }
    const queues = await this.#options.store.redeliver(again);
    const served = new Set(this.#options.servedQueues());
    this.#options.onQueues(queues.filter((queue) => served.has(queue)));
    const others = queues.filter((queue) => !served.has(queue));
    if (others.length > 0) await this.#options.store.notify(others);
  }

  /** The answer that a process left which doesn't know the saga, or that nobody can say what became of it. */
  #giveAnswer(row: DueRow): void {
    const { sagaId, key, status, lease } = row;
    const message =
      row.lastError ?? (row.left ? 'the machine had left the step' : 'no answer before the deadline');
    const outcome = leftAnswer(row) ?? ({ kind: 'unknown', message } as const);
    this.#give(rowId(sagaId, key), {
      kind: 'answer',
      sagaId,
      key,
      from: [status],
      lease,
      outcome,
      overdue: true,
      late: false,
    });
  }
}

/** What a process has left that didn't know the saga. */
function leftAnswer({ result }: DueRow): StepOutcome | undefined {
  if (!result || !('leftToOthers' in result)) return undefined;
  const { leftToOthers: _left, ...outcome } = result;
  return outcome;
}

/**
 * `again`: to be carried out, by whoever takes it. `probe`: attempts or time are used up; whoever takes it only
 * looks what became of them. `answer`: nobody can look, or nobody did; the outcome is unknown.
 */
function fateOf(row: DueRow, now: number, registry: SagaRegistry): 'again' | 'probe' | 'answer' {
  if (row.kind === 'publish' || isLost(row, now)) return 'again';
  if (leftAnswer(row)) return 'answer';
  const contract = registry.contract(row.saga, row.version, row.step ?? '');
  if (!contract) return 'again';
  // Where the machine has left it, its own ledger asks what became of it, if it needs to know.
  if (row.left) return 'answer';
  const wasBegun = row.lease !== null;
  const isOver = row.deadlineAt !== null && row.deadlineAt <= now;
  const isUsedUp = row.status === 'leased' && row.attempt >= contract.retry.attempts;
  if (!isOver && !isUsedUp) return 'again';
  // A last look that nobody took until it came round again will not be taken.
  const wasOffered = isOver && row.status === 'pending' && row.delivery !== null;
  return contract.probe && wasBegun && !wasOffered && row.role !== 'probe' ? 'probe' : 'answer';
}

/** It isn't due: it was found because the wake-up that it waits for is gone. */
function isLost({ dueAt }: Pick<DueRow, 'dueAt'>, now: number): boolean {
  return dueAt !== null && dueAt > now;
}
