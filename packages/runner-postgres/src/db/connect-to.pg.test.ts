import { findFreePort } from '@countermand/test-kit';
import { expect, it } from 'vitest';
import { ownDatabase } from '../test-support/migrated-database.js';
import { openRunner } from '../test-support/open-runner.js';
import { trip } from '../test-support/trip-saga.js';

const calls = ['migrate', 'ready', 'work', 'start'] as const;

it.each(calls)(
  '%s where nobody listens says in one line where that is, and never the password',
  async (call) => {
    const port = await findFreePort();
    const connection = `postgres://me:secret@127.0.0.1:${port}/shop`;
    const runner = openRunner({ connection, sagas: [trip] });
    const answer = call === 'start' ? runner.start(trip, { seat: 'A', amount: 1 }) : runner[call]();
    const error: unknown = await answer.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'ECONNREFUSED',
      message: `the database can't be reached: 'shop' at 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}; see whether it runs, and whether DATABASE_URL leads there`,
    });
    expect((error as Error).stack).not.toContain('secret');
  },
);

it('a name of several addresses tells of each, and a database that is not there is named', async () => {
  const port = await findFreePort();
  const nobody = openRunner({ connection: `postgres://me:secret@localhost:${port}/shop`, sagas: [] });
  await expect(nobody.ready()).rejects.toThrow(`'shop' at localhost:${port}: connect ECONNREFUSED `);
  const { url } = await ownDatabase();
  const elsewhere = new URL(url);
  elsewhere.pathname = '/not_there';
  const lost = openRunner({ connection: elsewhere.href, sagas: [] });
  await expect(lost.ready()).rejects.toMatchObject({
    code: '3D000',
    message: expect.stringMatching(
      /^the database can't be reached: 'not_there' at .*: database "not_there" does not exist; /,
    ),
  });
});
