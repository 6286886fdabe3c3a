import type { PostgresRunner } from '@countermand/runner-postgres';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { ParticipantsClient } from './adapters/participants-client.ts';
import { deleteOldAnswers } from './db/idempotency.ts';
import { migrateCheckout, missingMigrations } from './db/migrations.ts';
import { type OpenDatabase, openDatabase } from './db/open-database.ts';
import type { Development, DevelopmentParts } from './dev/development.ts';
import { createApp } from './http/app.ts';
import { listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { CatalogReader } from './orders/catalog.ts';
import { type Surroundings, startSurroundings } from './processes/start-surroundings.ts';
import { isSupervised } from './processes/supervised.ts';
import { WorkerProcess } from './processes/worker-process.ts';
import { isProduction, type Settings } from './settings.ts';
import { StartError } from './start-error.ts';
import { buildRunner, subscribe } from './start-runner.ts';
import { startTracing } from './tracing.ts';

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
  const around = isSupervised() ? (await import('./dev/strike-steps.ts')).strikeSteps : undefined;
  const tracing = await startTracing(settings, log);
  const metrics = createMetrics();
  const { runner, saga } = buildRunner({
    ...{ settings, pool, db, client, log },
    telemetry: metrics.telemetry,
    ...(around && { around }),
  });
  const stopping = new AbortController();
  const cleanUp = setInterval(() => void forgetOldAnswers(db, log), CLEAN_UP_EVERY_MS);
  let worker: WorkerProcess | undefined;

  const stop = async () => {
    stopping.abort();
    clearInterval(cleanUp);
    await listening.close(HTTP_GRACE_MS);
    await worker?.stop();
    await runner.stop({ graceMs: STEP_GRACE_MS });
    await db.destroy();
    await surroundings.stop();
    await tracing?.stop();
  };
  try {
    await prepareTables(settings, { db, runner });
    // A server that begins anew every half an hour would never come to it.
    void forgetOldAnswers(db, log);
    await subscribe({ runner, client, db });
    if (settings.WORKER_PROCESS) worker = startWorker(surroundings, log);
    else if (settings.ROLE !== 'web') await runner.work();
  } catch (error) {
    await stop();
    throw error;
  }
  const app = await createApp({
    ...{ settings, log, db, runner, saga, client, metrics },
    catalog: new CatalogReader(client),
    whyNotReady: () => whyNotReady(settings, { db, runner, worker }, stopping.signal),
    stopping: stopping.signal,
    development: await openDevelopment({
      ...{ settings, log, client, worker, participants: surroundings.participants },
    }),
  });
  listening.serve((request, env) => app.fetch(request, env as object));
  return { notes: surroundings.notes, stop };
}

function startWorker({ databaseUrl, participantsUrl }: Surroundings, log: Logger): WorkerProcess {
  return new WorkerProcess({
    settings: { DATABASE_URL: databaseUrl, PARTICIPANTS_URL: participantsUrl },
    log,
  });
}

/** The means to break things. What does that isn't even loaded in production. */
async function openDevelopment(parts: DevelopmentParts): Promise<Development | undefined> {
  if (isProduction(parts.settings)) return undefined;
  const { Development } = await import('./dev/development.ts');
  return new Development(parts);
}

type Parts = Pick<OpenDatabase, 'db'> & {
  readonly runner: PostgresRunner;
  readonly worker?: WorkerProcess | undefined;
};

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
  { db, runner, worker }: Parts,
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
  const isWorking = worker?.isWorking ?? runner.isWorking;
  return ROLE !== 'web' && !isWorking ? 'the worker does not run' : undefined;
}

async function forgetOldAnswers(db: OpenDatabase['db'], log: Logger): Promise<void> {
  try {
    await deleteOldAnswers(db);
  } catch (error) {
    log.warn({ err: error }, 'old answers could not be removed');
  }
}
