import pg from 'pg';

/** A connection pool of `pg`. */
export type Pool = pg.Pool;

/** A pool of the runner's own. */
export function openPool(connectionString: string, max = 10): Pool {
  return new pg.Pool({ connectionString, max, application_name: 'countermand' });
}
