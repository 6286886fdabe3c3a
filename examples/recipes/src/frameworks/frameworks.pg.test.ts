import { once } from 'node:events';
import { request as openRequest } from 'node:http';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { signWebhook } from '@countermand/step-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bookings, openBookings } from '../open-bookings.ts';
import { serveWithExpress } from './with-express.ts';
import { serveWithFastify } from './with-fastify.ts';
import { serveWithNest } from './with-nest.ts';

const SECRET = `whsec_${Buffer.from('a secret of sixteen bytes or more').toString('base64')}`;

describe.each([
  ['Express', serveWithExpress],
  ['Fastify', serveWithFastify],
  ['Nest', serveWithNest],
])('bookings with %s', (name, serve) => {
  let database: TestDatabase;
  let runner: Bookings;
  let server: { readonly port: number; stop(): Promise<void> };

  beforeAll(async () => {
    database = await createEmptyDatabase();
    runner = openBookings(database.url);
    await runner.migrate();
    server = await serve(runner, SECRET);
  });
  afterAll(async () => {
    await runner?.stop();
    await database?.drop();
  });

  const call = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    call(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const book = (key: string, body: unknown) =>
    post('/bookings', JSON.stringify(body), { 'idempotency-key': key });
  const ann = { table: 't-1', guest: 'ann' };

  it('the same request twice makes one booking, another with its key is refused', async () => {
    const first = await book(`${name}-1`, ann);
    expect(first).toMatchObject({ status: 201, body: { id: expect.any(String) } });
    expect(first.headers.get('location')).toBe(`/bookings/${first.body.id}`);
    expect(await book(`${name}-1`, ann)).toMatchObject({ status: 200, body: first.body });
    const other = await book(`${name}-1`, { ...ann, guest: 'eve' });
    expect(other).toMatchObject({ status: 409, body: { code: 'START_CONFLICT' } });
  });

  it('what does not fit is refused', async () => {
    expect(await book(`${name}-2`, { guest: 'ann' })).toMatchObject({
      status: 422,
      body: { code: 'INPUT_INVALID' },
    });
    expect(await post('/bookings', JSON.stringify(ann))).toMatchObject({ status: 400 });
    expect(await call('/bookings/nowhere')).toMatchObject({ status: 404 });
  });

  it('a webhook confirms it, once, and only one that is signed', async () => {
    const { id } = (await book(`${name}-3`, ann)).body;
    await runner.waitFor(id, ({ state }) => JSON.stringify(state) === '{"held":"waiting"}');
    // Spaces: a body that was parsed and written again would have another signature.
    const payload = `{ "booking":  "${id}" }`;
    const signed = { ...signWebhook([SECRET], `${name}-w`, Date.now(), payload) };
    expect(await post('/webhooks/guests', payload.replace(id, 'other'), signed)).toMatchObject({
      status: 401,
    });
    expect(await post('/webhooks/guests', payload, signed)).toMatchObject({ status: 202 });
    expect(await post('/webhooks/guests', payload, signed)).toMatchObject({ status: 202 });
    const confirmed = { id, state: 'confirmed', settled: true };
    expect(await call(`/bookings/${id}`)).toMatchObject({ status: 200, body: confirmed });
    expect((await runner.history(id)).filter(({ event }) => event === 'CONFIRMED')).toHaveLength(1);
  });

  it('it stops in order: a request under way gets its answer, then the runner ends', async () => {
    const body = JSON.stringify(ann);
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      'idempotency-key': `${name}-4`,
      expect: '100-continue',
      connection: 'close',
    };
    const request = openRequest({
      host: '127.0.0.1',
      port: server.port,
      path: '/bookings',
      method: 'POST',
      headers,
    });
    request.flushHeaders();
    await once(request, 'continue');
    const stopped = server.stop();
    request.end(body);
    const [response] = await once(request, 'response');
    response.resume();
    expect(response.statusCode).toBe(201);
    await stopped;
    await expect(fetch(`http://127.0.0.1:${server.port}/bookings/x`)).rejects.toThrow();
    await expect(runner.get('x')).rejects.toMatchObject({ code: 'RUNNER_STOPPED' });
  });
});
