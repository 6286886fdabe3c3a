import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createEmptyDatabase } from '@countermand/dev-postgres';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';

const folder = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = z
  .object({ scripts: z.object({ migrate: z.string() }) })
  .parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')));

it('npm run migrate creates the tables of each service whose database is given, and may be repeated', async () => {
  const [orders, payments] = await Promise.all([createEmptyDatabase(), createEmptyDatabase()]);
  onTestFinished(async () => void (await Promise.all([orders.drop(), payments.drop()])));
  const env = { ORDERS_DATABASE_URL: orders.url, PAYMENTS_DATABASE_URL: payments.url };
  const [, ...args] = scripts.migrate.split(' ');
  for (let time = 0; time < 2; time += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
    expect(stdout.trim().split('\n')).toEqual([
      'orders: tables are there',
      'inventory: no database is given, left out',
      'payments: tables are there',
      'shipping: no database is given, left out',
    ]);
  }
  expect(await tablesOf(orders.url)).toEqual(expect.arrayContaining(['public.orders', 'countermand.saga']));
  expect(await tablesOf(payments.url)).toEqual(['public.answered', 'public.payment']);
});

async function tablesOf(connectionString: string): Promise<string[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.tables
     where table_schema in ('public', 'countermand') order by 1`,
  );
  await client.end();
  return rows.map(({ name }) => name);
}
