import { SagaError } from '@countermand/saga-core';
import { Database } from './db/database.js';
import { checkMigrated } from './db/migrate.js';
import { openPool } from './db/open-pool.js';
import { schemaNames } from './db/schema-name.js';

/** The database that a command is to use. @throws SagaError `SETTING_INVALID` when none is named */
export function databaseUrl(values: { readonly database?: string | undefined }): string {
  const url = values.database ?? process.env['DATABASE_URL'];
  if (url) return url;
  throw new SagaError('SETTING_INVALID', 'say which database: set DATABASE_URL, or give --database URL');
}

/** Runs a command's work on the database, whose tables must be up to date. */
export async function withDatabase<Result>(
  values: { readonly database?: string | undefined; readonly schema: string },
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const names = schemaNames(values.schema);
  const pool = openPool(databaseUrl(values), 2);
  const database = new Database(pool, names, () => undefined);
  try {
    await checkMigrated(database, names);
    return await work(database);
  } finally {
    database.leave();
    await pool.end();
  }
}
