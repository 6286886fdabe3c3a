import { expect, test as it } from 'vitest';
import { withClient } from './ask-server.ts';
import { cloneDatabase, createEmptyDatabase } from './clone-database.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  return await withClient(url, async (client) => (await client.query(sql)).rows);
}

it('clones asked for at once share one preparation and nothing else', async () => {
  let preparations = 0;
  const prepare = async (url: string) => {
    preparations += 1;
    await query(url, 'create table prepared (n integer)');
  };
  const clone = () => cloneDatabase({ template: 'shared once', prepare });
  const [first, second, third] = await Promise.all([clone(), clone(), clone()]);
  expect(preparations).toBe(1);
  await query(first.url, 'insert into prepared values (1)');
  expect(await query(first.url, 'select n from prepared')).toEqual([{ n: 1 }]);
  expect(await query(second.url, 'select n from prepared')).toEqual([]);
  await Promise.all([first.drop(), second.drop(), third.drop()]);
});

it('a preparation that fails is reported, and tried again by the next', async () => {
  const template = 'fails at first';
  await expect(
    cloneDatabase({ template, prepare: () => Promise.reject(new Error('no luck')) }),
  ).rejects.toThrow('no luck');
  const clone = await cloneDatabase({ template, prepare: (url) => query(url, 'create table t ()').then() });
  expect(await query(clone.url, 'select * from t')).toEqual([]);
  await clone.drop();
});

it('an empty database is empty, and gone when dropped, whoever is connected', async () => {
  const database = await createEmptyDatabase();
  expect(await query(database.url, "select from pg_tables where schemaname = 'public'")).toEqual([]);
  await withClient(database.url, async () => {
    await database.drop();
  });
  await expect(query(database.url, 'select 1')).rejects.toThrow('does not exist');
});
