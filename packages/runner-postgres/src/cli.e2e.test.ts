import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createEmptyDatabase } from '@countermand/dev-postgres';
import { expect, it, onTestFinished } from 'vitest';
import { changing1 } from './test-support/changing-saga.js';
import { freshDatabase } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { spawnNode } from './test-support/spawn-node.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

async function countermand(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawnNode(new URL('./cli.ts', import.meta.url), args, { DATABASE_URL: '', ...env });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.on('exit', resolve)),
  ]);
  return { out, err, code };
}

it('countermand migrate makes the tables that a runner needs', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const migrated = await countermand(['migrate', '--schema', 'mine'], { DATABASE_URL: database.url });
  expect(migrated).toMatchObject({ code: 0, err: '' });
  const runner = openRunner({ connection: database.url, schema: 'mine', sagas: [trip] });
  await runner.work();
});

it('it says in one line what is wrong', async () => {
  expect(await countermand(['migrate'])).toEqual({
    out: '',
    err: 'countermand: say which database: set DATABASE_URL, or give --database URL\n',
    code: 1,
  });
  expect(await countermand(['prune'], { DATABASE_URL: 'postgres://nowhere' })).toEqual({
    out: '',
    err: 'countermand: say for how many days finished sagas are kept: countermand prune --finished-days 90\n',
    code: 1,
  });
  expect(await countermand(['fly'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('usage: countermand'),
  });
});

it('it says how it is used', async () => {
  for (const asked of ['--help', 'help']) {
    expect(await countermand([asked])).toEqual({
      code: 0,
      err: '',
      out: expect.stringContaining('usage: countermand'),
    });
  }
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
  expect(silent).toMatchObject({ code: 3, err: '' });
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
  expect(out).toContain('would be undone now:<br/>seat.held:1A by releaseSeat');
  expect(await countermand(['diagram', module, '--live', 'nobody'], env)).toMatchObject({
    code: 1,
    err: "countermand: no saga 'nobody'\n",
  });
});
