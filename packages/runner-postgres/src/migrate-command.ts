import type { Command } from 'commander';
import { answer, type DatabaseFlags, jsonCommand, withDatabaseOptions } from './command-line.js';
import { databaseUrl } from './connect-for-command.js';
import { migrate } from './db/migrate.js';
import { openPool } from './db/open-pool.js';
import { schemaNames } from './db/schema-name.js';
import { progressBar } from './progress-bar.js';

/** `countermand migrate`: creates the tables or brings them up to date. */
export function migrateCommand(): Command {
  return withDatabaseOptions(
    jsonCommand('migrate [options]', 'create the tables, or bring them up to date'),
  ).action(async (flags: DatabaseFlags) => {
    const connectionString = databaseUrl(flags);
    const names = schemaNames(flags.schema);
    const pool = openPool(connectionString, 1);
    const bar = progressBar('migrating');
    try {
      const migrated = await migrate(pool, names, ({ done, total }) => bar.show(done, total)).finally(() =>
        bar.end(),
      );
      const { plain: schema, boss } = names;
      answer(flags.json, { schema, boss, migrated }, () =>
        [
          ...migrated.map((name) => `${name}\n`),
          `the tables in schemas '${schema}' and '${boss}' are up to date\n`,
        ].join(''),
      );
    } finally {
      await pool.end();
    }
  });
}
