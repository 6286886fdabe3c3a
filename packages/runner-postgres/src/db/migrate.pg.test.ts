import { createEmptyDatabase } from '@countermand/dev-postgres';
import { defineSaga } from '@countermand/saga-core';
import { expect, it, onTestFinished } from 'vitest';
import { setup } from 'xstate';
import { createRunner } from '../create-runner.js';
import { migratedDatabase, testPool } from '../test-support/migrated-database.js';
import { openRunner } from '../test-support/open-runner.js';
import { trip } from '../test-support/trip-saga.js';
import { migrate } from './migrate.js';
import { schemaNames } from './schema-name.js';

it('twelve processes may migrate an empty database at once', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const pools = Array.from({ length: 12 }, () => testPool(database.url, 1));
  await Promise.all(pools.map((pool) => migrate(pool, schemaNames('countermand'))));
  const [pool] = pools;
  const { rows } = (await pool?.query('select name from countermand.migration order by name')) ?? {
    rows: [],
  };
  expect(rows.map(({ name }: { name: string }) => name)).toEqual([
    '0001-first-tables',
    '0002-traces',
    '0003-what-changes-last',
    '0004-packed-envelopes',
  ]);
});

it('a migration sends one statement at a time over its one connection', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const pool = testPool(database.url, 1);
  const under = { way: 0, most: 0 };
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const counted = async (...args: unknown[]) => {
      under.way += 1;
      under.most = Math.max(under.most, under.way);
      return await query(...args).finally(() => {
        under.way -= 1;
      });
    };
    // pg-pool's own calls carry a callback.
    Object.assign(client, {
      query: (...args: unknown[]) => (typeof args.at(-1) === 'function' ? query(...args) : counted(...args)),
    });
  });
  await migrate(pool, schemaNames('countermand'));
  expect(under).toEqual({ way: 0, most: 1 });
});

it('an older version that is deployed again finds nothing to migrate, and runs on the tables of a newer one', async () => {
  const database = await migratedDatabase();
  onTestFinished(() => database.drop());
  const pool = testPool(database.url, 1);
  await pool.query(
    `insert into countermand.migration values ('9999-of-a-newer-one', '2030-01-01T00:00:00Z')`,
  );
  expect(await migrate(pool, schemaNames('countermand'))).toEqual([]);
  await openRunner({ connection: database.url, sagas: [trip] }).work();
});

it('two schemas live in one database', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const runners = ['one', 'two'].map((schema) =>
    openRunner({ connection: database.url, schema, sagas: [trip] }),
  );
  for (const runner of runners) await runner.migrate();
  const [one, two] = runners;
  await one?.start(trip, { seat: 'A1', amount: 1 }, { id: 'here' });
  expect(await one?.get('here')).toMatchObject({ id: 'here' });
  expect(await two?.get('here')).toBeUndefined();
});

it('a worker does not migrate: it says in one line what to do', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const runner = openRunner({ connection: database.url, sagas: [trip] });
  await expect(runner.work()).rejects.toMatchObject({
    code: 'SCHEMA_OUTDATED',
    message:
      "the tables in schema 'countermand' lack 0001-first-tables, 0002-traces, 0003-what-changes-last, 0004-packed-envelopes; run 'countermand migrate' first",
  });
  await runner.migrate();
  await runner.work();
});

it('a definition that changed without a new version is refused, and what differs is said', async () => {
  const database = await migratedDatabase();
  onTestFinished(() => database.drop());
  const first = openRunner({ connection: database.url, sagas: [trip] });
  await first.ready();
  const machine = setup({}).createMachine({ initial: 'OTHER', states: { OTHER: { tags: ['rest'] } } });
  const changed = defineSaga({ name: 'trip', version: 1, machine, events: {} });
  const second = openRunner({ connection: database.url, sagas: [changed] });
  const refused = second.ready();
  await expect(refused).rejects.toMatchObject({ code: 'FINGERPRINT_MISMATCH' });
  await expect(refused).rejects.toThrow(/OTHER/);
});

it.each(['Upper', 'a b', 'x"; drop schema y', '', 'a'.repeat(42)])(
  'a schema may not be called %j',
  (schema) => {
    expect(() => createRunner({ connection: 'postgres://localhost/x', schema, sagas: [trip] })).toThrow(
      expect.objectContaining({ code: 'SETTING_INVALID' }),
    );
  },
);
