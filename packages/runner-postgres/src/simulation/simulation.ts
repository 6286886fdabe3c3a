import { createOrderSaga, type OrderSaga } from '@countermand/saga-core/order';
import type { Logger } from '../ports/logger.js';
import { silentLogger } from '../ports/logger.js';
import { Customers } from './customers.js';
import { Faults, type Scene } from './faults.js';
import type { Flaw } from './flaw.js';
import { judge } from './judge.js';
import { Nemesis } from './nemesis.js';
import { Post } from './post.js';
import { Remote } from './remote.js';
import { Scheduler } from './scheduler.js';
import { SeededRandom } from './seeded-random.js';
import { Shop } from './shop.js';
import type { World } from './sim-connection.js';
import { SimDatabase } from './sim-database.js';
import { SimWorker, SUBSCRIPTION } from './sim-worker.js';

/** What a run is made of. The seed decides everything else. */
export interface SimulationOptions {
  readonly seed: number;
  /** Orders while the faults are on. */
  readonly orders?: number;
  readonly flaw?: Flaw;
  /** Nothing goes wrong, but for what customers and participants do. */
  readonly faultless?: boolean;
  /** How long the sagas get to come to rest, once nothing goes wrong any more; 15 minutes of virtual time. */
  readonly quietMs?: number;
  readonly logger?: Logger;
}

/** What a run came to. */
export interface SimulationReport {
  readonly seed: number;
  /** Events, answers, timers and acts that were applied and committed; ignored ones don't count. */
  readonly applied: number;
  /** Things that happened, in all. */
  readonly steps: number;
  readonly orders: number;
  readonly virtualMs: number;
  /** By name, with `work in flight hit`, `call repeated` and `zombie refused` among them. */
  readonly faults: ReadonlyMap<string, number>;
  /** How often each of the situations came about that tests are written for. */
  readonly scenes: ReadonlyMap<Scene, number>;
  readonly endings: ReadonlyMap<string, number>;
  /** Equal for equal runs. */
  readonly trace: string;
  /** What should never be: each begins with the invariant's name. */
  readonly violations: readonly string[];
}

const WORKERS = 3;
const SPAN_MS = 40_000;
const FAULTS_MS = 60_000;
const QUIET_MS = 900_000;
const LOOK_EVERY_MS = 5_000;
const PLAIN_ORDERS = 10;
const SETTINGS = {
  reservationTtlMs: 20_000,
  paymentTimeoutMs: 15_000,
  gatewayAnswerMs: 8_000,
  overdueMs: 9_000,
  earlyNewsMs: 400_000,
  refundPendingMs: 40_000,
  undoRetry: { attempts: 8, initialDelayMs: 300, maxDelayMs: 4_000 },
  undoDeadlineMs: 200_000,
  steps: Object.fromEntries(
    [
      'reserveStock',
      'releaseStock',
      'commitStock',
      'authorize',
      'capture',
      'void',
      'refund',
      'notifyWarehouse',
    ].map((step) => [step, { timeoutMs: 3_000 }]),
  ),
};
/** One for all worlds, as for all of a worker's sagas. */
const SAGA: OrderSaga = createOrderSaga(SETTINGS);
const EVENT_TYPES = [
  'CREATED',
  'RESERVED',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'IN_TRANSIT',
  'FAILED',
  'CANCELLED',
  'OVERDUE',
].map((name) => `ORDER_${name}`);

/** Runs the engine through a whole world of trouble, lets it come to rest, and judges what it has come to. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const run = new Simulation(options);
  return await run.run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #world: World;
  readonly #database: SimDatabase;
  readonly #remote: Remote;
  readonly #post: Post;
  readonly #shop: Shop;
  readonly #customers: Customers;
  readonly #workers: SimWorker[] = [];
  readonly #poisoned = new Set<string>();
  readonly #heard = new Map<string, number[]>();
  readonly #followUp: boolean | undefined;
  #named = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const random = new SeededRandom(options.seed);
    const scheduler = new Scheduler(random);
    const faults = new Faults(random);
    const { flaw } = options;
    this.#world = { random, scheduler, faults };
    if (options.faultless) faults.stop();
    this.#database = new SimDatabase(scheduler, faults, () => random.next(), flaw);
    for (const type of EVENT_TYPES) this.#database.subscriptions.set(type, [SUBSCRIPTION]);
    this.#remote = new Remote(this.#world);
    this.#post = new Post(this.#world, () => this.#workers);
    this.#shop = new Shop(this.#world, this.#post, flaw);
    // Every third world has no follow-up at all, another third has some workers with and some without.
    this.#followUp = [true, false, undefined][options.seed % 3];
    this.#customers = new Customers({
      ...{
        world: this.#world,
        post: this.#post,
        shop: this.#shop,
        database: this.#database,
        saga: SAGA,
      },
      tellAll: (notices) => this.#tell(undefined, notices),
      retry: (sagaId) => this.#retry(sagaId, 'admin'),
      reservationTtlMs: SETTINGS.reservationTtlMs,
      paymentTimeoutMs: SETTINGS.paymentTimeoutMs,
    });
  }

  async run(): Promise<SimulationReport> {
    const { scheduler, faults } = this.#world;
    const startedAt = scheduler.now;
    for (let count = 0; count < WORKERS; count += 1) this.#hire();
    for (let count = this.#options.orders ?? 120; count > 0; count -= 1) this.#customers.order(SPAN_MS);
    if (!this.#options.faultless) this.#unleash();
    while (scheduler.now < startedAt + FAULTS_MS && !this.#isCaught) {
      await scheduler.runUntil(scheduler.now + LOOK_EVERY_MS);
    }
    this.#makePeace();
    const plain = Array.from({ length: PLAIN_ORDERS }, () => this.#customers.orderPlainly(2_000));
    await this.#comeToRest();
    await this.#dismiss();
    const { database: db, shop, post } = { database: this.#database, shop: this.#shop, post: this.#post };
    faults.count('zombie refused', db.zombiesRefused);
    faults.count('call repeated', shop.books.repeated);
    const { violations, endings } = judge({
      ...{ database: db, shop, post, saga: SAGA, heard: this.#heard, plain },
      isQuiet: this.#isQuiet(),
    });
    return {
      seed: this.#options.seed,
      applied: db.applied,
      steps: scheduler.steps,
      orders: db.tables.sagas.size,
      virtualMs: Math.round(scheduler.now - startedAt),
      faults: faults.counts,
      scenes: faults.scenes,
      endings,
      trace: scheduler.trace,
      violations,
    };
  }

  #hire(): void {
    const name = `w${++this.#named}`;
    const followUp = this.#followUp ?? this.#world.random.chance(0.5);
    const worker = new SimWorker(name, followUp, {
      ...{ world: this.#world, database: this.#database, remote: this.#remote, shop: this.#shop },
      ...{ saga: SAGA, poisoned: this.#poisoned, eventTypes: EVENT_TYPES, flaw: this.#options.flaw },
      onEvent: ({ sagaId, sequence }) => {
        this.#heard.set(sagaId, [...(this.#heard.get(sagaId) ?? []), sequence]);
      },
      tell: (from, notices) => this.#tell(from, notices),
      logger: this.#options.logger ?? silentLogger,
    });
    this.#workers.push(worker);
  }

  #unleash(): void {
    const { scheduler } = this.#world;
    const nemesis = new Nemesis({
      ...{ world: this.#world, database: this.#database, remote: this.#remote },
      ...{ workers: this.#workers, poisoned: this.#poisoned },
      replace: (worker, afterMs) => {
        const index = this.#workers.indexOf(worker);
        if (index < 0) return;
        this.#workers.splice(index, 1);
        scheduler.after(afterMs, 'worker started', () => this.#hire());
      },
    });
    nemesis.begin();
  }

  /** From now on nothing goes wrong by itself; what has gone wrong is still there. */
  #makePeace(): void {
    this.#world.faults.stop();
    this.#database.isUp = true;
    this.#remote.away.clear();
    this.#poisoned.clear();
    for (const { process } of this.#workers) process.resume();
  }

  async #comeToRest(): Promise<void> {
    const { scheduler } = this.#world;
    const until = scheduler.now + (this.#options.quietMs ?? QUIET_MS);
    for (let look = 1; scheduler.now < until && !this.#isQuiet() && !this.#isCaught; look += 1) {
      await scheduler.runUntil(scheduler.now + LOOK_EVERY_MS);
      // A person looks after what is parked, now and then.
      if (look % 6 === 0) this.#retryParked();
    }
  }

  /** Something that must never be has been seen already: there is nothing to wait for. */
  get #isCaught(): boolean {
    return this.#database.violations.length + this.#shop.books.violations.length > 0;
  }

  #isQuiet(): boolean {
    const { tables } = this.#database;
    return (
      this.#post.outstanding === 0 &&
      tables.live.size === 0 &&
      [...tables.sagas.values()].every(({ settled }) => settled) &&
      [...tables.outbox.values()].every((rows) =>
        [...rows.values()].every(({ status }) => status !== 'parked'),
      ) &&
      tables.sagas.size >= this.#shop.plans.size
    );
  }

  #retryParked(): void {
    const { sagas, outbox } = this.#database.tables;
    for (const { id, status } of sagas.values()) {
      const rows = [...(outbox.get(id)?.values() ?? [])];
      if (status !== 'parked' && !rows.some((row) => row.status === 'parked')) continue;
      this.#world.faults.count('parked saga retried');
      this.#retry(id, 'operator');
    }
  }

  /** As the runner's own retry does it; a person to whom it fails tries again. */
  #retry(id: string, actor: string): void {
    const cause = { type: 'retry', actor } as const;
    this.#post.expect(1);
    this.#unstick(id, () => {
      this.#post.request(
        () => ({ kind: 'admin', sagaId: id, cause }),
        1,
        3,
        () => {
          this.#unstick(id, () => undefined);
          return true;
        },
      );
      this.#post.expect(-1);
    });
  }

  #unstick(id: string, then: () => void): void {
    const worker = this.#workers.find(({ process }) => process.isRunning);
    let isOver = false;
    const again = this.#world.scheduler.after(2_000, 'unstick again', () => {
      isOver = true;
      this.#unstick(id, then);
    });
    worker?.store.unstick(id).then(
      () => {
        if (isOver) return;
        again.cancel();
        then();
      },
      () => undefined,
    );
  }

  async #dismiss(): Promise<void> {
    let stopped = 0;
    for (const { engine } of this.#workers) void engine.stop(1_000).then(() => (stopped += 1));
    await this.#world.scheduler.runUntil(this.#world.scheduler.now + 20_000);
    if (stopped !== this.#workers.length && !this.#isCaught)
      this.#database.violations.push(`R1 ${stopped} of ${this.#workers.length} workers stopped`);
  }

  #tell(from: SimWorker | undefined, notices: readonly string[]): void {
    const { scheduler, random, faults } = this.#world;
    for (const worker of this.#workers) {
      if (worker === from || faults.hit('notice lost', 0.1)) continue;
      const heard = () => worker.engine.notice(random.chance(0.02) ? [] : notices);
      scheduler.after(random.between(0.2, 10), 'notice', () => worker.process.deliver(heard));
    }
  }
}
