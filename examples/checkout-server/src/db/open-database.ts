import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import type { CheckoutTables } from './tables.ts';

/** The database of this server, and the pool below it, which the runner works on as well. */
export interface OpenDatabase {
  readonly db: Kysely<CheckoutTables>;
  readonly pool: pg.Pool;
}

/** Opens a pool. It outlives backends that are terminated: a connection that breaks is logged and replaced. */
export function openDatabase(connectionString: string, log: Logger): OpenDatabase {
  const pool = new pg.Pool({
    connectionString,
    max: 20,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: 30_000,
    // Whoever holds an idempotency key in an open transaction and falls silent loses it.
    idle_in_transaction_session_timeout: 15_000,
    application_name: 'checkout-server',
  });
  const onError = (error: Error) => log.warn({ reason: error.message }, 'a database connection broke');
  pool.on('error', onError);
  // A client that is checked out when its backend goes reports here and nowhere else.
  pool.on('connect', (client) => client.on('error', onError));
  return { pool, db: new Kysely<CheckoutTables>({ dialect: new PostgresDialect({ pool }) }) };
}
