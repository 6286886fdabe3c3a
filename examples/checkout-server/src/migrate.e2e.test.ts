import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('migrate.ts', import.meta.url));

it.each([
  [{}, 'set DATABASE_URL'],
  [{ DATABASE_URL: 'nowhere' }, 'DATABASE_URL: '],
  [{ DATABASE_URL: 'postgres://postgres@127.0.0.1:9/shop' }, "the database can't be reached"],
])('what a person can mend is one line: %j', (env, why) => {
  const flags = ['--conditions=@countermand/source', '--import', import.meta.resolve('tsx')];
  const { status, stderr } = spawnSync(process.execPath, [...flags, main], {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'silent', ...env },
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^migrate: .*\n$/)]);
  expect(stderr).toContain(why);
});
