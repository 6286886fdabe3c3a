import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { signWebhook } from '@countermand/step-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bookings, openBookings } from '../open-bookings.ts';

const SECRET = `whsec_${Buffer.from('a secret of sixteen bytes or more').toString('base64')}`;
const recipes = path.resolve(import.meta.dirname, '../..');

let database: TestDatabase;
let runner: Bookings;
let server: ChildProcess;
let origin: string;

beforeAll(async () => {
  database = await createEmptyDatabase();
  runner = openBookings(database.url);
  await runner.migrate();
  // What `next build` has made; it doesn't matter which port.
  server = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', 'next-app', '--port', '0'], {
    cwd: recipes,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      WEBHOOK_SECRET: SECRET,
      NEXT_MANUAL_SIG_HANDLE: 'true',
      NEXT_TELEMETRY_DISABLED: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of server.stdout ?? []) {
    said += text;
    const port = /localhost:(\d+)/.exec(said)?.[1];
    if (port === undefined || !said.includes('Ready')) continue;
    origin = `http://127.0.0.1:${port}`;
    return;
  }
  throw new Error(`next start ended: ${said}`);
});

afterAll(async () => {
  if (server?.exitCode === null) server.kill('SIGKILL');
  await runner?.stop();
  await database?.drop();
});

const post = async (where: string, body: string, headers: Record<string, string>) => {
  const response = await fetch(`${origin}${where}`, { method: 'POST', body, headers });
  return { status: response.status, body: await response.json() };
};

it('bookings with Next: made once, confirmed by a signed webhook, and stopped by a signal', async () => {
  const ann = JSON.stringify({ table: 't-1', guest: 'ann' });
  const first = await post('/bookings', ann, { 'idempotency-key': 'n-1' });
  expect(first).toMatchObject({ status: 201, body: { id: expect.any(String) } });
  expect(await post('/bookings', ann, { 'idempotency-key': 'n-1' })).toMatchObject({
    status: 200,
    body: first.body,
  });
  expect(await post('/bookings', '{"guest":"eve"}', { 'idempotency-key': 'n-1' })).toMatchObject({
    status: 409,
  });
  const { id } = first.body;

  await runner.waitFor(id, ({ state }) => JSON.stringify(state) === '{"held":"waiting"}');
  const payload = JSON.stringify({ booking: id });
  const signed = { ...signWebhook([SECRET], 'n-w', Date.now(), payload) };
  expect(await post('/webhooks/guests', `${payload} `, signed)).toMatchObject({ status: 401 });
  expect(await post('/webhooks/guests', payload, signed)).toMatchObject({ status: 202 });
  const found = await fetch(`${origin}/bookings/${id}`);
  expect(await found.json()).toEqual({ id, state: 'confirmed', settled: true });

  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
