import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@countermand/dev-postgres';
import { findFreePorts } from '@countermand/test-kit';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

it('a start that fails in the middle stops what was started before, and says why in one line', async () => {
  const cwd = await mkdtemp(path.join(os.tmpdir(), 'cart-'));
  // As root PostgreSQL runs as somebody else, who must be able to go through.
  await chmod(cwd, 0o755);
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const dataDir = path.join(cwd, '.data', 'postgres');
  await mkdir(path.dirname(dataDir));
  await makeUnfruitful(dataDir);
  const [port = 0, gatewayPort] = await findFreePorts(2);
  const flags = ['--conditions=@countermand/source', '--import', import.meta.resolve('tsx')];
  const child = spawn(process.execPath, [...flags, main], {
    ...{ cwd, stdio: ['ignore', 'ignore', 'pipe'] },
    env: {
      ...{ PATH: process.env['PATH'], LOG_LEVEL: 'silent' },
      ...{ PARTICIPANTS_PORT: String(port), GATEWAY_PORT: String(gatewayPort) },
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  expect([await once(child, 'close'), said]).toEqual([
    [1, null],
    expect.stringMatching(/^cart-grpc: template database "template1" does not exist\n$/),
  ]);
  const socket = net.connect(port, '127.0.0.1');
  await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(existsSync(path.join(dataDir, 'postmaster.pid'))).toBe(false);
});

/** A PostgreSQL in which no database can be made any more. */
async function makeUnfruitful(dataDir: string): Promise<void> {
  const postgres = await startPostgres({ dataDir });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('alter database template1 rename to another');
  await client.end();
  await postgres.stop();
}
