import type { AnySaga } from '@countermand/saga-core';
import { Database } from './db/database.js';
import { Listener } from './db/listener.js';
import { checkMigrated, migrate } from './db/migrate.js';
import { openPool } from './db/open-pool.js';
import { postgresStore } from './db/postgres-store.js';
import { readBacklog } from './db/read-backlog.js';
import { registerDefinitions } from './db/register-definitions.js';
import { noticeChannel } from './db/save-moves.js';
import { schemaNames } from './db/schema-name.js';
import { Engine } from './engine.js';
import { systemChance } from './ports/chance.js';
import { pause, systemClock } from './ports/clock.js';
import { silentLogger } from './ports/logger.js';
import type { PostgresRunner, PublishedType, SendableEvent } from './postgres-runner.js';
import { PgBossQueue } from './queue/pg-boss-queue.js';
import { Runner, type RunnerParts } from './runner.js';
import { checkOptions, type RunnerOptions } from './runner-options.js';
import { type AdapterTable, SagaRegistry } from './saga-registry.js';
import { TracedRunner } from './traced-runner.js';

const DEFAULT_CONCURRENCY = 1_000;
/** How long statements that are still in flight at the end are waited for. */
const LAST_STATEMENTS_MS = 1_000;

/**
 * Makes a runner. It connects with the first call; until {@link PostgresRunner.work} it starts, sends and reads, and
 * leaves steps, timers and events to other processes.
 *
 * @throws SagaError `SETTING_INVALID`
 */
export function createRunner<const Sagas extends readonly AnySaga[]>(
  options: RunnerOptions<Sagas>,
): PostgresRunner<SendableEvent<Sagas[number]>, PublishedType<Sagas[number]>> {
  checkOptions(options);
  const names = schemaNames(options.schema ?? 'countermand');
  const logger = options.logger ?? silentLogger;
  const clock = options.clock ?? systemClock;
  // Which steps are whose was checked by the types; what isn't a step of the saga is refused here.
  const registry = new SagaRegistry(options.sagas, (options.adapters ?? {}) as AdapterTable);
  const pool = options.pool ?? openPool(options.connection ?? '');
  const database = new Database(
    pool,
    names,
    (error) => {
      engine.forget();
      logger.warn({ err: error }, 'a database connection broke');
    },
    () =>
      logger.warn({}, 'prepared statements get lost (a pooler in transaction mode?): going on without them'),
  );
  const queue = new PgBossQueue({ database, clock, logger });
  const store = postgresStore(database, queue);
  const engine = new Engine({
    store,
    registry,
    clock,
    chance: systemChance,
    logger,
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    followUp: options.followUp ?? true,
    telemetry: options.telemetry,
  });
  const listener = new Listener({
    pool,
    channel: noticeChannel(names),
    clock,
    logger,
    onNotice: (payload) => engine.notice(readNotice(payload)),
    onGap: () => engine.notice([]),
  });
  const { telemetry } = options;
  let stopObserving: (() => void) | undefined;
  const parts: RunnerParts = {
    ...{ database, queue, engine, listener, registry, clock, chance: systemChance },
    ...{ store, telemetry },
    async migrate() {
      await migrate(pool, names);
    },
    async open() {
      await checkMigrated(database, names);
      await registerDefinitions(database, names, registry.sagas);
      await queue.start(registry.queues);
      stopObserving = telemetry?.observe(() => readBacklog(database, names));
    },
    async close() {
      stopObserving?.();
      // First: what waits for a server that gives no answer would hold up everything after it.
      await database.cut(LAST_STATEMENTS_MS);
      await listener.stop();
      await queue.stop();
      database.leave();
      if (options.pool) return;
      const ended = new AbortController();
      const ending = pool.end().finally(() => ended.abort());
      // A connection that is still being made is given up.
      await Promise.race([ending, pause(clock, LAST_STATEMENTS_MS, ended.signal)]);
    },
  };
  return telemetry ? new TracedRunner(parts, telemetry) : new Runner(parts);
}

function readNotice(payload: string): readonly string[] {
  try {
    const words: unknown = JSON.parse(payload);
    return Array.isArray(words) ? words.filter((word) => typeof word === 'string') : [];
  } catch {
    return [];
  }
}
