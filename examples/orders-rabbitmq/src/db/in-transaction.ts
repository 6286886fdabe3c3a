import type pg from 'pg';

/** Work in one transaction, under a lock that has the name of what mustn't be done twice at once. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  lock: string,
  work: (tx: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const tx = await pool.connect();
  try {
    await tx.query('begin');
    // Held until the end of the transaction: the second of two equals finds the first's answer.
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (error) {
    await tx.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    tx.release();
  }
}
