import { expect, it, onTestFinished } from 'vitest';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';
import { Database } from './database.js';
import { schemaNames } from './schema-name.js';

it('a new client has run what every session runs first before anybody gets it, one statement at a time', async () => {
  const warnings: string[] = [];
  const keep = ({ message }: Error) => void warnings.push(message);
  process.on('warning', keep);
  onTestFinished(() => void process.off('warning', keep));
  const { url } = await freshDatabase();
  const pool = testPool(url, 2);
  const databases = ['one', 'two'].map((name) => {
    const database = new Database(pool, schemaNames('countermand'), () => undefined);
    onTestFinished(() => database.leave());
    return { name, database };
  });
  for (const { name, database } of databases)
    await database.setSessionStatements([`set test.${name} = 'on'`, `set test.also_${name} = 'on'`]);
  const asked = `select current_setting('test.also_one') as one, current_setting('test.also_two') as two`;
  const [first] = databases;
  expect(await first?.database.query(asked)).toEqual([{ one: 'on', two: 'on' }]);
  const client = await pool.connect();
  expect((await pool.query(asked)).rows).toEqual([{ one: 'on', two: 'on' }]);
  client.release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
