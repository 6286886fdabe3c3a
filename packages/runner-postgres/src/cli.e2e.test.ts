import { text } from 'node:stream/consumers';
import { createEmptyDatabase } from '@countermand/dev-postgres';
import { expect, it, onTestFinished } from 'vitest';
import { openRunner } from './test-support/open-runner.js';
import { spawnNode } from './test-support/spawn-node.js';
import { trip } from './test-support/trip-saga.js';

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
