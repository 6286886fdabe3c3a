import { expect, it } from 'vitest';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';

/** Tables that hold no saga's rows: they are small, and the same everywhere. */
const OF_ALL = ['definition', 'migration', 'migration_lock', 'subscription'];

it('every unique key of a table with rows of sagas begins with the id of the saga, so that they can lie together', async () => {
  const { url } = await freshDatabase();
  const { rows } = await testPool(url, 1).query<{ table: string; first: string }>(
    `select c.relname as table, a.attname as first
     from pg_index i join pg_class c on c.oid = i.indrelid
       join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
     where c.relnamespace = 'countermand'::regnamespace and i.indisunique order by 1`,
  );
  expect(rows.filter(({ table }) => !OF_ALL.includes(table))).toEqual([
    { table: 'history', first: 'saga_id' },
    { table: 'inbox', first: 'saga_id' },
    { table: 'outbox', first: 'saga_id' },
    { table: 'saga', first: 'id' },
  ]);
});
