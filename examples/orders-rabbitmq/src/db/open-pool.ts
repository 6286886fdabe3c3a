import pg from 'pg';
import type { Logger } from 'pino';

/** Opens a pool that outlives its connections: one that breaks is told of, fails what ran on it, and is replaced. */
export function openPool(connectionString: string, log: Logger, max?: number): pg.Pool {
  const pool = new pg.Pool({ connectionString, ...(max !== undefined && { max }) });
  const onError = (err: unknown) => log.warn({ err }, 'a database connection broke');
  pool.on('error', onError);
  // One that is checked out when its backend goes reports here and nowhere else; unheard, it would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}
