import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { freshDatabase } from '../test-support/migrated-database.js';
import { askClient } from './ask-client.js';

async function connect(): Promise<pg.Client> {
  const { url } = await freshDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

it('a statement is answered, or refused with the error of the database', async () => {
  const client = await connect();
  expect(await askClient(client, { text: 'select $1::int as n', values: [7] })).toMatchObject({
    command: 'SELECT',
    rows: [{ n: 7 }],
  });
  await expect(askClient(client, { text: 'select 1 / 0' })).rejects.toMatchObject({ code: '22012' });
});

it('a client of the user that knows promises alone is heard, too', async () => {
  const client = await connect();
  const query = ((config: pg.QueryConfig) => client.query(config)) as pg.ClientBase['query'];
  expect(await askClient({ query }, { text: 'select 1 as n' })).toMatchObject({ rows: [{ n: 1 }] });
  await expect(askClient({ query }, { text: 'select 1 / 0' })).rejects.toMatchObject({ code: '22012' });
});

it('a client that answers by both is heard once, and nothing that it rejects is left alone', async () => {
  const client = await connect();
  const query = ((config: pg.QueryConfig, tell: (error: unknown, result: unknown) => void) => {
    const answer = client.query(config);
    answer.then(
      (result) => tell(null, result),
      (error: unknown) => tell(error, undefined),
    );
    return answer;
  }) as pg.ClientBase['query'];
  expect(await askClient({ query }, { text: 'select 1 as n' })).toMatchObject({ rows: [{ n: 1 }] });
  await expect(askClient({ query }, { text: 'select 1 / 0' })).rejects.toMatchObject({ code: '22012' });
});
