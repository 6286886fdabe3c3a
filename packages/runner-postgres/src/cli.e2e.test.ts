import { fileURLToPath } from 'node:url';
import { createEmptyDatabase } from '@countermand/dev-postgres';
import { eventually } from '@countermand/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { changing1 } from './test-support/changing-saga.js';
import { countermand } from './test-support/countermand.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

async function emptyDatabase() {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  return database;
}

it('countermand migrate makes the tables that a runner needs', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const migrated = await countermand(['migrate', '--schema', 'mine'], { DATABASE_URL: database.url });
  expect(migrated).toMatchObject({ code: 0, err: '' });
  const runner = openRunner({ connection: database.url, schema: 'mine', sagas: [trip] });
  await runner.work();
});

it('countermand migrate whose connection breaks says so in one line', async () => {
  const { url } = await emptyDatabase();
  const other = testPool(url, 1);
  // Somebody else migrates, and keeps it waiting.
  await other.query(`select pg_advisory_lock(hashtextextended('countermand:migrate:countermand', 0))`);
  const migrating = countermand(['migrate'], { DATABASE_URL: url });
  await eventually(async () => {
    const { rowCount } = await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()`,
    );
    expect(rowCount).toBe(1);
  });
  expect(await migrating).toEqual({
    code: 4,
    out: '',
    err: 'countermand: the database: terminating connection due to administrator command\n',
  });
});

it('it says in one line what is wrong', async () => {
  expect(await countermand(['migrate'])).toEqual({
    out: '',
    err: 'countermand: say which database: set DATABASE_URL, or give --database URL\n',
    code: 2,
  });
  const wrong: [string[], string][] = [
    [['fly'], "unknown command 'fly'"],
    [['list', '--nope'], "unknown option '--nope'"],
    [['list', '--status', 'odd'], "option '--status <status>' argument 'odd' is invalid."],
    [['list', '--limit', 'ten'], "--limit must be a whole number, not 'ten'"],
    [['retry', 'saga.ts', 'id'], "required option '--reason <why>' not specified"],
    [['skip', 'saga.ts', 'id', '--step', 's', '--reason', ' '], 'Say why.'],
    [['prune'], "required option '--finished-days <days>' not specified"],
    [['prune', '--finished-days', 'x'], "--finished-days must be a number of days, not 'x'"],
    [['show'], "missing required argument 'id'"],
  ];
  const said = await Promise.all(wrong.map(([args]) => countermand(args)));
  for (const [index, { out, err, code }] of said.entries()) {
    expect({ out, code, lines: err.split('\n').length }).toEqual({ out: '', code: 2, lines: 2 });
    expect(err).toMatch(/^countermand: /);
    expect(err).toContain(wrong[index]?.[1]);
  }
});

it('it says when the database is what is wrong, without the password', async () => {
  const { err, code } = await countermand(['list'], { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/x' });
  expect({ err, code }).toEqual({
    err: "countermand: the database can't be reached: 'x' at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; see whether it runs, and whether DATABASE_URL leads there\n",
    code: 4,
  });
  const { url } = await emptyDatabase();
  expect(await countermand(['list'], { DATABASE_URL: url })).toMatchObject({
    code: 4,
    err: expect.stringContaining("run 'countermand migrate' first"),
  });
});

it('it says how it is used', async () => {
  const asked = [['--help'], ['help'], ['retry', '--help'], ['help', 'retry']];
  const said = await Promise.all(asked.map((args) => countermand(args)));
  for (const [index, one] of said.entries()) {
    const usage =
      index < 2 ? 'Usage: countermand COMMAND' : 'Usage: countermand retry MODULE ID... --reason WHY';
    expect(one).toEqual({ code: 0, err: '', out: expect.stringContaining(usage) });
  }
  expect(await countermand([])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Usage: countermand'),
  });
});

it('countermand diff tells of live sagas what a new version means for them, and upgrade moves them', async () => {
  const { url } = await freshDatabase();
  const old = openRunner({
    connection: url,
    sagas: [changing1],
    adapters: { changing: { work: () => ({ ok: 'yes' }) } },
  });
  await old.work();
  for (const id of ['one', 'two']) await old.start(changing1, { n: 1 }, { id });
  for (const id of ['one', 'two']) await old.waitFor(id, ({ state }) => state === 'WAITING');
  const module = fileURLToPath(new URL('./test-support/changing-saga.ts', import.meta.url));
  const of = (...args: string[]) => countermand([...args], { DATABASE_URL: url });

  const silent = await of('diff', module, '--export', 'silent2');
  expect(silent).toMatchObject({ code: 1, err: '' });
  expect(silent.out).toContain(
    'changing version 2, which no process has declared yet: 2 live sagas, 2 needs a mapping',
  );
  expect(silent.out).toContain(
    "because state 'WAITING' is none of this version; say in 'states' where it went",
  );

  const mapped = await of('diff', module, '--export', 'changing2', '--json');
  expect(mapped).toMatchObject({ code: 0 });
  expect(JSON.parse(mapped.out)).toMatchObject([
    { saga: 'changing', version: 2, groups: [{ verdict: 'can-move', state: 'WAITING', count: 2 }] },
  ]);

  const backwards = await of('diff', module, '--export', 'backwards2');
  expect(backwards).toMatchObject({ code: 5, err: '' });
  expect(backwards.out).toContain('2 live sagas, 2 unsafe now');
  expect(backwards.out).toContain(
    "because 'WORKING' begins 'work' when it is entered, and this saga is past that",
  );
  const twin = await of('diff', module, '--export', 'twin1');
  expect(twin).toMatchObject({ code: 5, out: expect.stringContaining('+ state READY') });
  expect(twin.out).toContain('changing version 1, CHANGED: 2 live sagas, 2 unsafe now');
  expect(twin.out).toContain('because another structure has the same version');

  const moved = await of('upgrade', module, '--export', 'changing2');
  expect(moved).toMatchObject({
    code: 0,
    out: 'changing version 2: 2 moved, 0 left as they are, 0 parked\n',
  });
  expect(await old.get('one')).toMatchObject({ version: 2, state: 'READY' });
  expect(await of('diff', module, '--export', 'changing2')).toMatchObject({
    code: 0,
    out: expect.stringContaining('as it is in the database: 2 live sagas, 2 same version'),
  });
}, 60_000);

it('countermand diagram --live draws where a stored saga is, and what would be undone', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const env = { DATABASE_URL: database.url };
  const { adapters } = tripAdapters();
  const runner = openRunner({ connection: database.url, sagas: [trip], adapters });
  await runner.migrate();
  await runner.work();
  const { id } = await runner.start(trip, { seat: '1A', amount: 5 });
  await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  const module = fileURLToPath(new URL('./test-support/trip-saga.ts', import.meta.url));
  const { out, err, code } = await countermand(['diagram', module, '--live', id], env);
  expect({ err, code }).toEqual({ err: '', code: 0 });
  expect(out).toContain('class s_RESERVED here');
  expect(out).toContain('class s_RESERVING passed');
  expect(out).toContain('would be undone if it failed now:<br/>seat.held:1A by releaseSeat');
  expect(await countermand(['diagram', module, '--live', 'nobody'], env)).toMatchObject({
    code: 3,
    err: "countermand: no saga 'nobody'\n",
  });
});
