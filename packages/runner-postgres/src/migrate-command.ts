import { parseArgs } from 'node:util';
import { SagaError } from '@countermand/saga-core';
import { migrate } from './db/migrate.js';
import { openPool } from './db/open-pool.js';
import { schemaNames } from './db/schema-name.js';

/** `countermand migrate`: creates the tables or brings them up to date. */
export async function migrateCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { database: { type: 'string' }, schema: { type: 'string', default: 'countermand' } },
  });
  const connectionString = values.database ?? process.env['DATABASE_URL'];
  if (!connectionString) {
    throw new SagaError('SETTING_INVALID', 'say which database: set DATABASE_URL, or give --database URL');
  }
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
