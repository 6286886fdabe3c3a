import { readFileSync } from 'node:fs';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ownDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

/** The role that the documents give, as they give it, under a name of this test's own. */
function documentedRole(name: string): string {
  const text = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  const sql = /```sql\n([\s\S]*?)```/.exec(text)?.[1];
  if (sql === undefined) throw new Error('docs/operating.md has no SQL');
  return sql.replaceAll('countermand_app', name);
}

describe.each([{ followUp: true }, { followUp: false }])(
  'as the documented role, followUp $followUp',
  ({ followUp }) => {
    it('a runner does everything, but neither DDL nor a change of history', async () => {
      const database = await ownDatabase();
      const owner = testPool(database.url, 2);
      const role = `app_${new URL(database.url).pathname.slice(1)}`.slice(0, 60);
      await owner.query(`${documentedRole(role)}; alter role ${role} password 'only-for-this-test'`);
      onTestFinished(() => owner.query(`drop owned by ${role}; drop role ${role}`).then(() => undefined));

      const url = new URL(database.url);
      url.username = role;
      url.password = 'only-for-this-test';
      const { adapters } = tripAdapters();
      const runner = openRunner({ connection: url.href, sagas: [trip], adapters, followUp });
      const heard: string[] = [];
      await runner.on('TRIP_BOOKED', { name: 'listener' }, ({ type }) => {
        heard.push(type);
      });
      await runner.work();
      const { id } = await runner.start(trip, { seat: 'A1', amount: 100 });
      await runner.waitFor(id, ({ state }) => state === 'RESERVED');
      await runner.send(id, { type: 'PAY' });
      await runner.waitFor(id, ({ settled }) => settled && heard.length > 0);
      const other = await runner.start(trip, { seat: 'A2', amount: 100 });
      await runner.send(other.id, { type: 'CANCEL' });
      await runner.waitFor(other.id, ({ settled }) => settled);

      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      onTestFinished(() => client.end());
      await expect(client.query(`update countermand.history set event = 'forged'`)).rejects.toThrow(
        /permission denied/,
      );
      await expect(client.query('delete from countermand.history')).rejects.toThrow(/permission denied/);
      await expect(client.query('create table countermand.mine (id int)')).rejects.toThrow(
        /permission denied/,
      );
      await expect(client.query('create table countermand_boss.mine (id int)')).rejects.toThrow(
        /permission denied/,
      );
    });
  },
);
