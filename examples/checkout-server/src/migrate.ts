import { ParticipantsClient } from './adapters/participants-client.ts';
import { createLog } from './create-log.ts';
import { migrateCheckout } from './db/migrations.ts';
import { openDatabase } from './db/open-database.ts';
import { readSettings } from './settings.ts';
import { buildRunner } from './start-runner.ts';

// Makes the tables that a web or worker process expects: the runner's, as `countermand migrate` does, and ours.
const settings = readSettings(process.env);
if (!settings.DATABASE_URL) {
  process.stderr.write('migrate: set DATABASE_URL to the database that shall be migrated\n');
  process.exit(1);
}
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
