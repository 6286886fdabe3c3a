import pg from 'pg';

/** A connection pool of `pg`. */
export type Pool = pg.Pool;

/** A pool of the runner's own. */
export function openPool(connectionString: string, max = 10): Pool {
  // The types don't know of it yet: statements are sent without waiting for the answers of those before.
  const pipelined: pg.PoolConfig & { readonly pipeline: true } = {
    ...{ connectionString, max, application_name: 'countermand' },
    pipeline: true,
  };
  return new pg.Pool(pipelined);
}
