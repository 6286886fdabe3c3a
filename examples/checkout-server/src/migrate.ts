import { ParticipantsClient } from './adapters/participants-client.ts';
import { createLog } from './create-log.ts';
import { migrateCheckout } from './db/migrations.ts';
import { openDatabase } from './db/open-database.ts';
import { readSettings } from './settings.ts';
import { StartError, whyNoStart } from './start-error.ts';
import { buildRunner } from './start-runner.ts';

// Makes the tables that a web or worker process expects: the runner's, as `countermand migrate` does, and ours.
try {
  await migrate();
} catch (error) {
  const why = whyNoStart(error);
  if (why === undefined) throw error;
  process.stderr.write(`migrate: ${why}\n`);
  process.exit(1);
}

async function migrate(): Promise<void> {
  const settings = readSettings(process.env);
  if (!settings.DATABASE_URL) throw new StartError('set DATABASE_URL to the database that shall be migrated');
  const log = createLog(settings);
  const { db, pool } = openDatabase(settings.DATABASE_URL, log);
  const { runner } = buildRunner({
    settings,
    db,
    pool,
    log,
    client: new ParticipantsClient('http://127.0.0.1'),
  });
  await runner.migrate();
  await migrateCheckout(db);
  await runner.stop();
  await db.destroy();
  process.stdout.write("the tables in schemas 'countermand' and 'checkout' are up to date\n");
}
