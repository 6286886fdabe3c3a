import pg from 'pg';

/** A connection pool of `pg`. */
export type Pool = pg.Pool;

/** How long a connection may take to come about, or to become free. */
const CONNECT_MS = 10_000;
/** After so much silence the system asks whether the other side is still there. */
const KEEP_ALIVE_MS = 10_000;

/** A pool of the runner's own. */
export function openPool(connectionString: string, max = 10): Pool {
  // The types don't know of it yet: statements are sent without waiting for the answers of those before.
  const pipelined: pg.PoolConfig & { readonly pipeline: true } = {
    ...{ connectionString, max, application_name: 'countermand' },
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    pipeline: true,
  };
  return new pg.Pool(pipelined);
}
