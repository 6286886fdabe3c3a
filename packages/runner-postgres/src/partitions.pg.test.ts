import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { migrate } from './db/migrate.js';
import { schemaNames } from './db/schema-name.js';
import { ownDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

/** The statements that the documents give, as they give them. */
function documentedPartitions(): string {
  const text = readFileSync(new URL('../../../docs/scaling.md', import.meta.url), 'utf8');
  const sql = /```sql\n([\s\S]*?)```/.exec(text)?.[1];
  if (sql === undefined) throw new Error('docs/scaling.md has no SQL');
  return sql;
}

it('a history in partitions by the hash of the saga keeps what it had, and sagas run on it', async () => {
  const { url } = await ownDatabase();
  const pool = testPool(url, 2);
  const { adapters } = tripAdapters();
  const runner = openRunner({ connection: url, sagas: [trip], adapters });
  await runner.work();
  const reserve = async (seat: string) => {
    const { id } = await runner.start(trip, { seat, amount: 1 });
    await runner.waitFor(id, ({ state }) => state === 'RESERVED');
    return id;
  };
  const before = await reserve('A');
  const told = await runner.history(before, {});

  await pool.query(documentedPartitions());

  expect(await runner.history(before, {})).toEqual(told);
  const ids = [before, ...(await Promise.all(['B', 'C', 'D', 'E', 'F', 'G', 'H'].map(reserve)))];
  for (const id of ids) await runner.send(id, { type: 'PAY' });
  for (const id of ids) await runner.waitFor(id, ({ settled }) => settled);
  const { rows } = await pool.query<{ parts: number; sagas: number }>(
    `select count(distinct tableoid)::int as parts, count(distinct saga_id)::int as sagas from countermand.history`,
  );
  expect(rows[0]?.sagas).toBe(ids.length);
  expect(rows[0]?.parts).toBeGreaterThan(1);
  expect((await runner.inspect.tell(before))?.isWhole).toBe(true);
  const plan = await pool.query<{ 'QUERY PLAN': string }>(
    'explain select * from countermand.history where saga_id = $1',
    [before],
  );
  const scans = plan.rows.filter((row) => row['QUERY PLAN'].includes('history_')).length;
  expect(scans, 'one partition is looked at').toBeLessThanOrEqual(2);
  // Migrations find nothing to do.
  await migrate(pool, schemaNames('countermand'));
});
