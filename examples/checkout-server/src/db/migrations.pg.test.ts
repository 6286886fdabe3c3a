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
  const ended: Promise<unknown>[] = [];
  pool.on('connect', (client) => {
    ended.push(new Promise((resolve) => client.once('end', resolve)));
    client.on('notice', ({ severity, message }) => severity === 'WARNING' && warnings.push(message));
  });
  const db = new Kysely<CheckoutTables>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(async () => {
    await db.destroy();
    // Those that had been used once end by themselves, and the pool doesn't wait for them.
    await Promise.all(ended);
  });
  await migrateCheckout(db);
  expect(warnings).toEqual([]);
  expect(await missingMigrations(db)).toEqual([]);
});
