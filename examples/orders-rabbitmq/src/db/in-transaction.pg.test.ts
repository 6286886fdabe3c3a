import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import type pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inTransaction } from './in-transaction.ts';
import { openPool } from './open-pool.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeEach(async () => {
  database = await createEmptyDatabase();
  pool = openPool(database.url, pino({ level: 'silent' }), 2);
  await pool.query('create table kept (answer int)');
});
afterEach(async () => {
  await pool?.end();
  await database?.drop();
});

it('a connection that is lost within a transaction fails it, and nothing else', async () => {
  const failed = inTransaction(pool, 'order-1', async (tx) => {
    await tx.query('insert into kept values (1)');
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    const lost = new Promise<void>((resolve) => tx.once('end', resolve));
    await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await lost;
    await tx.query('insert into kept values (2)');
  });
  await expect(failed).rejects.toThrow();
  await inTransaction(pool, 'order-1', (tx) => tx.query('insert into kept values (3)'));
  expect((await pool.query('select answer from kept')).rows).toEqual([{ answer: 3 }]);
});
