import { setTimeout as delay } from 'node:timers/promises';
import { type ConstructorOptions, PgBoss } from 'pg-boss';
import type { Database } from '../db/database.js';
import type { Session } from '../db/session.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Delivery } from '../ports/outbox-rows.js';
import type { Wakeup } from '../ports/wakeup-queue.js';
import { QueuesNotMet } from './queues-not-met.js';

/** pg-boss's clock for tests, which moves its tables' time. */
export { TestClock } from 'pg-boss';

/** What the pg-boss queue is made of. */
export interface PgBossQueueOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A job is only a wake-up: attempts are counted by our rows, so pg-boss never repeats one. The rest says how long
 * jobs lie around that nobody removed: those of a worker that died in the middle, and those of a queue that no
 * worker serves.
 */
const QUEUE = {
  policy: 'standard',
  retryLimit: 0,
  expireInSeconds: 900,
  retentionSeconds: 14 * 86_400,
  deleteAfterSeconds: 3_600,
} as const;

/** pg-boss's own maintenance, once a minute for the whole database; what we don't use is off. */
const MAINTENANCE = {
  migrate: false,
  createSchema: false,
  schedule: false,
  monitorVacuum: false,
  superviseIntervalSeconds: 60,
  monitorIntervalSeconds: 60,
  queueCacheIntervalSeconds: 3_600,
  flowIntervalSeconds: 86_400,
} as const satisfies Partial<ConstructorOptions>;

/** pg-boss as the runner uses it: wake-ups go in with the rows that they are for, and come out with them. */
export class PgBossQueue {
  readonly #options: PgBossQueueOptions;
  readonly #declared = new Set<string>();
  #boss: PgBoss | undefined;
  #isStopped = false;

  constructor(options: PgBossQueueOptions) {
    this.#options = options;
  }

  /** Creates the queues that aren't there yet and connects. @throws Error when pg-boss's tables are outdated */
  async start(queues: readonly string[]): Promise<void> {
    const boss = this.#newBoss();
    try {
      await boss.start();
      this.#boss = boss;
      await this.declare(queues);
      // Nobody would end its maintenance any more.
      if (this.#isStopped) throw new Error('the queue was stopped while it started');
    } catch (error) {
      this.#boss = undefined;
      await boss.stop({ graceful: false, close: false });
      throw error;
    }
  }

  /** Adds queues; known ones are left as they are. */
  async declare(queues: readonly string[]): Promise<void> {
    const boss = this.#started();
    const fresh = [...new Set(queues)].filter((queue) => !this.#declared.has(queue));
    const existing = new Set((fresh.length > 0 ? await boss.getQueues(fresh) : []).map(({ name }) => name));
    for (const queue of fresh) {
      if (!existing.has(queue)) await boss.createQueue(queue, QUEUE);
      // pg-boss looks a queue up once, by a statement of its own: here, and never inside of a transaction.
      await boss.insert(queue, []);
      this.#declared.add(queue);
    }
  }

  /**
   * Sends wake-ups in the session's transaction, for all queues at once where the session can.
   *
   * @throws QueuesNotMet before anything is sent; to be tried again when they have been declared
   */
  async insert(session: Session, deliveries: readonly Delivery[]): Promise<void> {
    const boss = this.#started();
    const db = asDatabase(session);
    const prepared = asPreparedDatabase(session);
    const groups = Map.groupBy(deliveries, ({ queue }) => queue);
    // A row may name a queue which only another process has declared; it exists, or the row wouldn't.
    const unmet = [...groups.keys()].filter((queue) => !this.#declared.has(queue));
    if (unmet.length > 0) throw new QueuesNotMet(unmet);
    const insertGroup = async (queue: string, group: readonly Delivery[]) => {
      const replaced = group.flatMap(({ replaces }) => replaces ?? []);
      if (replaced.length > 0) await boss.deleteJob(queue, replaced, { db });
      const jobs = group.map(({ sagaId, key, delivery }) => ({
        id: delivery,
        data: { sagaId, key, delivery },
      }));
      await boss.insert(queue, jobs, { db: prepared });
    };
    await allEnded([...groups].map(([queue, group]) => insertGroup(queue, group)));
  }

  /**
   * Takes wake-ups in the session's transaction: where that rolls back, they were never taken. Planned each time: a plan
   * that was made for an empty queue compares all of a backlog with all that it takes.
   */
  async fetch(session: Session, queue: string, limit: number): Promise<readonly Wakeup[]> {
    const jobs = await this.#started().fetch<WakeupData>(queue, {
      batchSize: limit,
      db: asDatabase(session),
    });
    return jobs.map(({ data, retryCount }) => ({ ...data, queue, retryCount }));
  }

  /** Removes jobs that were taken, each only if it is still the one that was fetched. */
  async remove(wakeups: readonly Wakeup[]): Promise<void> {
    const boss = this.#started();
    for (const [queue, group] of Map.groupBy(wakeups, ({ queue }) => queue)) {
      const jobs = group.map(({ delivery, retryCount }) => ({ id: delivery, retryCount }));
      await boss.deleteJob(queue, jobs);
    }
  }

  /** Removes the jobs that others replace; best effort, for a job whose row has another is stale. Never rejects. */
  async removeReplaced(deliveries: readonly Delivery[]): Promise<void> {
    for (const [queue, group] of Map.groupBy(deliveries, ({ queue }) => queue)) {
      const replaced = group.flatMap(({ replaces }) => replaces ?? []);
      if (replaced.length === 0) continue;
      await this.#boss?.deleteJob(queue, replaced).catch((error: unknown) => {
        this.#options.logger.debug({ err: error, queue }, 'replaced jobs were not removed');
      });
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#boss?.stop({ graceful: false, close: false });
    this.#boss = undefined;
  }

  #newBoss(): PgBoss {
    const { database, clock, logger } = this.#options;
    const boss = new PgBoss({
      ...MAINTENANCE,
      db: databaseOf(database),
      schema: database.names.boss,
      supervise: true,
      clock: waitingFor(clock, database),
    });
    boss.on('error', (error) => logger.warn({ err: error }, 'pg-boss maintenance failed'));
    boss.on('warning', (warning) => logger.warn({ warning }, 'pg-boss warns'));
    return boss;
  }

  #started(): PgBoss {
    if (!this.#boss) throw new Error('the queue is not started');
    return this.#boss;
  }
}

/** Creates pg-boss's tables, or brings them up to date, on one session. */
export async function migratePgBoss(session: Session, schema: string): Promise<void> {
  const boss = new PgBoss({
    ...MAINTENANCE,
    db: asDatabase(session),
    schema,
    migrate: true,
    createSchema: true,
    supervise: false,
    bamIntervalSeconds: 10,
  });
  // What goes wrong is thrown by start(); without a listener an event would be thrown a second time.
  let failure: unknown;
  boss.on('error', (error) => (failure ??= error));
  try {
    await boss.start();
    // Indexes of later versions are built after the start, one at a time.
    while (failure === undefined && (await hasUnfinishedIndexes(boss))) await delay(100);
  } finally {
    await boss.stop({ graceful: false, close: false });
  }
  if (failure !== undefined) throw failure;
}

async function hasUnfinishedIndexes(boss: PgBoss): Promise<boolean> {
  const commands = await boss.getBamStatus();
  return commands.some(({ status }) => status === 'pending' || status === 'in_progress');
}

/** Its maintenance goes through whole tables. */
const MAINTENANCE_ANSWER_MS = 600_000;

type IDatabase = NonNullable<ConstructorOptions['db']>;

interface WakeupData {
  readonly sagaId: string;
  readonly key: string;
  readonly delivery: string;
}

function asDatabase(session: Session): IDatabase {
  return { executeSql: async (text, values = []) => ({ rows: await session.query(text, values) }) };
}

/** For a statement that is always the same, and that any plan does for. */
function asPreparedDatabase(session: Session): IDatabase {
  const options = { isPrepared: true };
  return { executeSql: async (text, values = []) => ({ rows: await session.query(text, values, options) }) };
}

/** All results, or the first error: when none is under way any more that could still send a statement. */
async function allEnded<Result>(all: readonly Promise<Result>[]): Promise<Result[]> {
  try {
    return await Promise.all(all);
  } finally {
    await Promise.allSettled(all);
  }
}

function databaseOf(database: Database): IDatabase {
  return {
    executeSql: async (text, values = []) => ({
      rows: await database.query(text, values, { answerMs: MAINTENANCE_ANSWER_MS }),
    }),
    setSessionStatements: (statements) => database.setSessionStatements(statements),
  };
}

/** A clock that moves time by hand waits for pg-boss's statements before it goes on; let it wait for ours too. */
function waitingFor(clock: Clock, database: Database): Clock {
  if (!('attach' in clock) || typeof clock.attach !== 'function') return clock;
  const attach = clock.attach.bind(clock) as (target: AttachTarget) => Promise<AsyncDisposable>;
  return new Proxy(clock, {
    get(target, key) {
      if (key === 'attach') return (to: AttachTarget) => attach({ ...to, idle: () => database.idle() });
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

interface AttachTarget {
  readonly db: IDatabase;
  readonly schema: string;
  readonly idle?: () => Promise<boolean>;
}
