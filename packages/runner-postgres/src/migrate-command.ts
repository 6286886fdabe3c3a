import { parseArgs } from 'node:util';
import { DATABASE_OPTIONS, databaseUrl } from './connect-for-command.js';
import { migrate } from './db/migrate.js';
import { openPool } from './db/open-pool.js';
import { schemaNames } from './db/schema-name.js';

/** `countermand migrate`: creates the tables or brings them up to date. */
export async function migrateCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: DATABASE_OPTIONS });
  const connectionString = databaseUrl(values);
  const names = schemaNames(values.schema);
  const pool = openPool(connectionString, 1);
  try {
    await migrate(pool, names);
    process.stdout.write(`the tables in schemas '${names.plain}' and '${names.boss}' are up to date\n`);
    return 0;
  } finally {
    await pool.end();
  }
}
