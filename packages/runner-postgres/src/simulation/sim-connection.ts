import type { Faults } from './faults.js';
import type { Scheduler } from './scheduler.js';
import type { SeededRandom } from './seeded-random.js';
import type { OpenTransaction, SimDatabase } from './sim-database.js';
import type { SimProcess } from './sim-process.js';

/** A statement met a row that an open transaction holds. */
export const LOCKED = Symbol('locked');

const LOCK_TIMEOUT_MS = 3_000;
const IDLE_IN_TRANSACTION_MS = 3_500;
const FAR_TOO_LONG_MS = 12_000;

/** What everything in a simulation is made with. */
export interface World {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly faults: Faults;
}

/**
 * A process's way to the simulated database, and back. Each statement travels, happens at one instant, and its answer
 * travels; every part of that can go wrong.
 */
export class SimConnection {
  readonly #world: World;
  readonly #process: SimProcess;
  readonly #database: SimDatabase;
  readonly #open = new Set<OpenTransaction>();

  constructor(world: World, process: SimProcess, database: SimDatabase) {
    this.#world = world;
    this.#process = process;
    this.#database = database;
  }

  get isInTransaction(): boolean {
    return this.#open.size > 0;
  }

  /** Carries one statement out. With a transaction it needs that to be open still. */
  run<Result>(
    label: string,
    execute: (now: number) => Result | typeof LOCKED,
    tx?: OpenTransaction,
  ): Promise<Result> {
    const { scheduler, random, faults } = this.#world;
    const name = `${this.#process.name} ${label}`;
    return new Promise<Result>((resolve, reject) => {
      const answer = (settle: () => void, delayMs = random.between(0.1, 2)) => {
        scheduler.after(delayMs, `${name} answered`, () => this.#process.deliver(settle));
      };
      const fail = (error: Error, delayMs?: number) => {
        if (tx) this.#rollback(tx);
        answer(() => reject(error), delayMs);
      };
      const since = scheduler.now;
      const happen = () => {
        if (!this.#database.isUp) return fail(failure('connect ECONNREFUSED', 'ECONNREFUSED'));
        if (tx && !tx.isOpen) return fail(failure('terminating connection', '25P03'));
        if (!this.#process.isAlive && random.chance(0.5)) return tx && this.#rollback(tx);
        if (faults.hit('statement never arrived', 0.002))
          return fail(failure('Connection terminated unexpectedly'));
        if (faults.hit('conflict', 0.004)) return fail(failure('could not serialize access', '40001'));
        try {
          const result = execute(tx?.now ?? since);
          if (result === LOCKED) {
            if (scheduler.now - since > LOCK_TIMEOUT_MS) return fail(failure('lock timeout', '55P03'));
            return this.#database.whenSomeEnds(happen);
          }
          if (tx) tx.lastStatementAt = scheduler.now;
          if (label === 'commit' && faults.hit('answer of a commit lost', 0.006)) return this.#lose(fail);
          if (faults.hit('answer of a statement lost', 0.002)) return this.#lose(fail);
          answer(() => resolve(result));
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const isSlow = faults.hit('statement slow', 0.002);
      scheduler.afterOutside(isSlow ? random.between(50, 4_000) : random.between(0.1, 2), name, happen);
    });
  }

  /** Runs the body in a transaction; each of its statements goes through {@link SimConnection.run}. */
  async transaction<Result>(body: (tx: OpenTransaction) => Promise<Result>): Promise<Result> {
    const tx = await this.run('begin', () => this.#database.begin());
    this.#open.add(tx);
    try {
      const result = await body(tx);
      await this.run('commit', () => this.#database.commit(tx), tx);
      return result;
    } catch (error) {
      this.#rollback(tx);
      throw error;
    } finally {
      this.#open.delete(tx);
    }
  }

  /** The process has died: the server notices now, or when it has waited for too long. */
  drop(): void {
    const { scheduler, random, faults } = this.#world;
    for (const tx of this.#open) {
      const isHalfOpen = faults.hit('connection half open', 0.1);
      const noticedMs = isHalfOpen ? IDLE_IN_TRANSACTION_MS : random.between(0, 20);
      scheduler.after(noticedMs, 'connection dropped', () => this.#rollback(tx));
    }
  }

  /** The process stands still: the server ends what stays open for too long. */
  idle(): void {
    for (const tx of this.#open) {
      this.#world.scheduler.after(IDLE_IN_TRANSACTION_MS, 'idle in transaction', () => {
        const idleMs = this.#world.scheduler.now - tx.lastStatementAt;
        if (tx.isOpen && idleMs >= IDLE_IN_TRANSACTION_MS) this.#rollback(tx);
      });
    }
  }

  #rollback(tx: OpenTransaction): void {
    this.#database.rollback(tx);
  }

  /** It has happened, and nobody is told: at once, or after a wait without an end. */
  #lose(fail: (error: Error, delayMs?: number) => void): void {
    const { random, faults } = this.#world;
    const isSilent = faults.hit('answer never came', 0.2);
    fail(
      failure('Connection terminated unexpectedly'),
      isSilent ? random.between(3_000, FAR_TOO_LONG_MS) : undefined,
    );
  }
}

function failure(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
