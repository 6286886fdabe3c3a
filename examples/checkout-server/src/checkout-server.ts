import type { PostgresRunner } from '@countermand/runner-postgres';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { ParticipantsClient } from './adapters/participants-client.ts';
import { deleteOldAnswers } from './db/idempotency.ts';
import { migrateCheckout, missingMigrations } from './db/migrations.ts';
import { type OpenDatabase, openDatabase } from './db/open-database.ts';
import { createApp } from './http/app.ts';
import { listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { CatalogReader } from './orders/catalog.ts';
import { startSurroundings } from './processes/start-surroundings.ts';
import type { Settings } from './settings.ts';
import { StartError } from './start-error.ts';
import { buildRunner, RUNNER_SCHEMA, subscribe } from './start-runner.ts';

const HTTP_GRACE_MS = 5_000;
const STEP_GRACE_MS = 10_000;
const CLEAN_UP_EVERY_MS = 3_600_000;

/** A server that answers. */
export interface CheckoutServer {
  /** For people: what was started, and where. */
  readonly notes: readonly string[];
  /** Takes nothing new, lets what is under way finish, stops what was started. */
  stop(): Promise<void>;
}

/** Starts everything that the settings ask for. @throws StartError; SagaError when the runner can't be used */
export async function startCheckoutServer(settings: Settings, log: Logger): Promise<CheckoutServer> {
  const listening = await listen(settings.HOST, settings.PORT);
  const surroundings = await startSurroundings(settings, log);
  const { db, pool } = openDatabase(surroundings.databaseUrl, log);
  const client = new ParticipantsClient(surroundings.participantsUrl);
  const { runner, saga } = buildRunner({ settings, pool, db, client, log });
  const stopping = new AbortController();
  const cleanUp = setInterval(() => void forgetOldAnswers(db, log), CLEAN_UP_EVERY_MS);

  const stop = async () => {
    stopping.abort();
    clearInterval(cleanUp);
    await listening.close(HTTP_GRACE_MS);
    await runner.stop({ graceMs: STEP_GRACE_MS });
    await db.destroy();
    await surroundings.stop();
  };
  try {
    await prepareTables(settings, { db, runner });
    await subscribe({ runner, client, db });
    if (settings.ROLE !== 'web') await runner.work();
  } catch (error) {
    await stop();
    throw error;
  }
  const app = createApp({
    ...{ settings, log, db, runner, saga, client },
    catalog: new CatalogReader(client),
    metrics: createMetrics(db, RUNNER_SCHEMA),
    whyNotReady: () => whyNotReady(settings, { db, runner }, stopping.signal),
    stopping: stopping.signal,
  });
  listening.serve((request, env) => app.fetch(request, env as object));
  return { notes: surroundings.notes, stop };
}

type Parts = Pick<OpenDatabase, 'db'> & { readonly runner: PostgresRunner };

/** A process that does everything also makes its tables; others find them made. */
async function prepareTables({ ROLE }: Settings, { db, runner }: Parts): Promise<void> {
  if (ROLE === 'all') {
    await runner.migrate();
    await migrateCheckout(db);
  }
  const missing = await missingMigrations(db);
  if (missing.length > 0) {
    throw new StartError(
      `the tables in schema 'checkout' lack ${missing.join(', ')}; run 'pnpm migrate' here first`,
    );
  }
  await runner.ready();
}

async function whyNotReady(
  { ROLE }: Settings,
  { db, runner }: Parts,
  stopping: AbortSignal,
): Promise<string | undefined> {
  if (stopping.aborted) return 'stopping';
  try {
    await sql`select 1`.execute(db);
    if ((await missingMigrations(db)).length > 0) return 'the schema is not current';
    await runner.ready();
  } catch {
    return 'the database does not answer, or its schema is not current';
  }
  return ROLE !== 'web' && !runner.isWorking ? 'the worker does not run' : undefined;
}

async function forgetOldAnswers(db: OpenDatabase['db'], log: Logger): Promise<void> {
  try {
    await deleteOldAnswers(db);
  } catch (error) {
    log.warn({ err: error }, 'old answers could not be removed');
  }
}
