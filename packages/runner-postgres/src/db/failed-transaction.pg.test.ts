import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { freshDatabase } from '../test-support/migrated-database.js';
import { Database } from './database.js';
import { schemaNames } from './schema-name.js';

it.each([
  { pipeline: false, what: 'one at a time' },
  { pipeline: true, what: 'together' },
])(
  'statements that are sent $what do nothing behind one that failed, not even after the rollback',
  async ({ pipeline }) => {
    const { url } = await freshDatabase();
    const pool = new pg.Pool({ connectionString: url, max: 1, pipeline } as pg.PoolConfig);
    onTestFinished(() => pool.end());
    await pool.query('create table public.kept (n int)');
    onTestFinished(() => pool.query('drop table public.kept').then(() => undefined));
    const database = new Database(pool, schemaNames('countermand'), () => undefined);
    const all = database.transaction(async (session) => {
      const failing = session.query('select 1/0');
      const others = Array.from({ length: 8 }, () => session.query('insert into public.kept values (1)'));
      await Promise.all([failing, ...others]);
    });
    await expect(all).rejects.toThrow('division by zero');
    // The one connection answers when everything before it has ended.
    for (let turn = 0; turn < 20; turn += 1) await database.query('select 1');
    const { rows } = await pool.query('select from public.kept');
    expect(rows).toHaveLength(0);
  },
);
