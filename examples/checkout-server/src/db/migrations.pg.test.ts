import { createEmptyDatabase } from '@countermand/dev-postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { migrateCheckout, missingMigrations } from './migrations.ts';
import type { CheckoutTables } from './tables.ts';

it('takes its lock and lets go of it on one connection, whichever the pool has for the next statement', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  // Each time that a connection is asked for it is another one.
  const pool = new pg.Pool({ connectionString: database.url, maxUses: 1 });
  const warnings: (string | undefined)[] = [];
  pool.on('connect', (client) =>
    client.on('notice', ({ severity, message }) => severity === 'WARNING' && warnings.push(message)),
  );
  const db = new Kysely<CheckoutTables>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => db.destroy());
  await migrateCheckout(db);
  expect(warnings).toEqual([]);
  expect(await missingMigrations(db)).toEqual([]);
});
