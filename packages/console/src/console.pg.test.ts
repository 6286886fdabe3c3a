import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createConsole } from './index.js';
import { deskBeforeAll } from './test-support/desk-before-all.js';
import type { OrderDesk } from './test-support/order-desk.js';
import type { SagaAnswer, SagasAnswer } from './wire.js';

let desk: OrderDesk;
deskBeforeAll(async (opened) => {
  desk = opened;
  await desk.place('order-1', 'alice');
  await desk.place('order-2', 'bob');
});

const ask = (path: string, init?: RequestInit) =>
  desk.console.fetch(new Request(`http://localhost/console/${path}`, init));
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-countermand-console': '1', ...headers },
  });

it('leads back to what it belongs to, and to nothing that would run in the page', async () => {
  const { runner } = desk;
  const authorize = () => ({ name: 'ops:max', may: ['read'] }) as const;
  const home = { href: '/', label: 'Shop' };
  const { fetch } = createConsole({ runner, authorize, home });
  const me = await fetch(new Request('http://localhost/console/api/me'));
  expect(await me.json()).toMatchObject({ home });
  for (const href of ['javascript:alert(1)', '//elsewhere.example', 'shop']) {
    expect(() => createConsole({ runner, authorize, home: { href, label: 'Shop' } })).toThrow(
      `createConsole: home must be { href, label }, with a path such as / or an http address, not '${href}'`,
    );
  }
});

describe('who may see and act', () => {
  it('is said by the caller, without whom there is no console', () => {
    const { runner } = desk;
    // As JavaScript would: the compiler asks for it.
    const options = { runner } as unknown as Parameters<typeof createConsole>[0];
    expect(() => createConsole(options)).toThrow('createConsole: authorize is missing');
  });

  it('nobody sees anything; a redirect to where one signs in goes through', async () => {
    const { runner } = desk;
    const closed = createConsole({ runner, authorize: () => undefined });
    const answer = await closed.fetch(new Request('http://localhost/console/api/sagas'));
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('order-1');
    const redirecting = createConsole({
      runner,
      authorize: () => Response.redirect('http://localhost/login', 302),
    });
    const page = await redirecting.fetch(new Request('http://localhost/console/'));
    expect([page.status, page.headers.get('location')]).toEqual([302, 'http://localhost/login']);
  });

  it('whoever may only read sees everything, and changes nothing', async () => {
    const { runner } = desk;
    const reading = createConsole({ runner, authorize: () => ({ name: 'ops:max', may: ['read'] }) });
    const request = (path: string, init?: RequestInit) =>
      reading.fetch(new Request(`http://localhost/console/api/${path}`, init));
    expect((await request('sagas/order-1')).status).toBe(200);
    const act = await request('sagas/order-1/acts', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-countermand-console': '1' },
      body: JSON.stringify({ act: { type: 'park' }, reason: 'why not' }),
    });
    expect(act.status).toBe(403);
    expect((await runner.get('order-1'))?.status).toBe('running');
  });
});

describe('an act', () => {
  it('of another site is refused, whatever cookies it carries', async () => {
    const body = { act: { type: 'park' }, reason: 'a trick' };
    const plain = await ask('api/sagas/order-1/acts', { method: 'POST', body: JSON.stringify(body) });
    const crossing = await post('api/sagas/order-1/acts', body, { 'sec-fetch-site': 'cross-site' });
    expect([plain.status, crossing.status]).toEqual([403, 403]);
    expect((await desk.runner.get('order-1'))?.status).toBe('running');
  });

  it('needs a reason, and one that it knows', async () => {
    expect((await post('api/sagas/order-1/acts', { act: { type: 'park' }, reason: ' ' })).status).toBe(400);
    expect((await post('api/sagas/order-1/acts', { act: { type: 'explode' }, reason: 'x' })).status).toBe(
      400,
    );
    const forged = { act: { type: 'send', event: 'PAYMENT_SUCCEEDED' }, reason: 'x' };
    const answer = await post('api/sagas/order-1/acts', forged);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'EVENT_NOT_BY_HAND' }]);
    expect((await post('api/sagas/nobody/acts', { act: { type: 'park' }, reason: 'x' })).status).toBe(404);
    const early = await post('api/sagas/order-1/acts', { act: { type: 'retry' }, reason: 'x' });
    expect([early.status, await early.json()]).toMatchObject([409, { code: 'NOT_PARKED' }]);
  });

  it('is foreseen, done, and stands in the history with who and why', async () => {
    const act = { type: 'send', event: 'CANCEL' };
    const foreseen = await post('api/sagas/order-2/foresee', { act });
    expect(await foreseen.json()).toMatchObject({
      outcome: 'applied',
      from: { RESERVED: 'waiting' },
      to: { CANCELLED: 'compensating' },
      starts: [{ step: 'releaseStock' }],
    });
    const done = await post('api/sagas/order-2/acts', { act, reason: 'asked for by phone' });
    expect(await done.json()).toMatchObject({ outcome: 'applied' });
    const { story } = (await (await ask('api/sagas/order-2')).json()) as SagaAnswer;
    expect(story.entries.find(({ event }) => event === 'CANCEL')).toMatchObject({
      actor: 'ops:jane',
      cause: { note: 'asked for by phone', event: { reason: 'asked for by phone' } },
    });
  });
});

describe('what is shown', () => {
  it('is found by filters', async () => {
    const answer = await ask(
      'api/sagas?type=order&state=RESERVED&attribute=customerId%3Dalice&within=3600000',
    );
    const { items } = (await answer.json()) as SagasAnswer;
    expect(items.map(({ id }) => id)).toEqual(['order-1']);
    expect((await ask('api/sagas?attribute=nonsense')).status).toBe(400);
    expect((await ask('api/sagas?cursor=nonsense')).status).toBe(400);
  });

  it('is redacted: contexts, attributes, events and what steps were given and gave', async () => {
    const { runner } = desk;
    const hiding = createConsole({
      runner,
      authorize: () => ({ name: 'ops:max', may: ['read'] }),
      redact: () => '(hidden)',
    });
    for (const path of ['sagas', 'sagas/order-1', 'sagas/order-2']) {
      const text = await (await hiding.fetch(new Request(`http://localhost/console/api/${path}`))).text();
      expect(text).toContain('(hidden)');
      expect(text).not.toContain('"customerId"');
      expect(text).not.toContain('iphone-15');
    }
  });

  it('comes with headers that keep a page from being tricked', async () => {
    const { headers } = await ask('api/me');
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('is one of the page’s own files, or nothing', async () => {
    for (const path of [
      'assets/..%2f..%2f..%2fpackage.json',
      'assets/.env',
      'api/nothing',
      'api/sagas/x/y/z',
    ]) {
      expect((await ask(path)).status, path).toBe(404);
    }
  });
});

it('a stream tells that a saga has changed', async () => {
  await desk.place('order-live');
  const stop = new AbortController();
  const { body } = await ask('api/live?saga=order-live', { signal: stop.signal });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const readUntil = async (word: string) => {
    while (!text.includes(word)) {
      const part = await reader?.read();
      if (part === undefined || part.done) throw new Error(`the stream has ended after '${text}'`);
      text += part.value;
    }
  };
  await readUntil('event: hello');
  await desk.runner.send('order-live', { type: 'CANCEL' });
  await readUntil('event: changed');
  stop.abort();
  expect(text).toContain('event: changed');
});

describe('the console is mounted', () => {
  const listening = async (server: Server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const WORKING = [{ name: 'ops:jane' }, { outcome: 'applied', status: 'parked' }];
  /** Reads, and acts, as the page does; answers with what it was told. */
  const use = async (url: string): Promise<unknown[]> => {
    const me = await fetch(`${url}/console/api/me`);
    const foreseen = await fetch(`${url}/console/api/sagas/order-1/foresee`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-countermand-console': '1' },
      body: JSON.stringify({ act: { type: 'park' } }),
    });
    return [await me.json(), await foreseen.json()];
  };
  const closing = async (server: Server) => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };

  it('in node:http', async () => {
    const { listener } = desk.console;
    // #region node
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/console')) void listener(request, response);
      else response.end('yours');
    });
    // #endregion node
    expect(await use(await listening(server))).toMatchObject(WORKING);
    await closing(server);
  });

  it('in Express', async () => {
    const { listener } = desk.console;
    // #region express
    const app = express();
    app.use('/console', listener); // before express.json(): the console reads bodies itself
    app.use(express.json());
    // #endregion express
    const server = createServer(app);
    expect(await use(await listening(server))).toMatchObject(WORKING);
    await closing(server);
  });

  it('in Fastify', async () => {
    const { listener } = desk.console;
    // #region fastify
    const app = fastify();
    await app.register((scope, _options, done) => {
      // The console reads bodies itself.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _body, parsed) => parsed(null));
      for (const path of ['/console', '/console/*']) {
        scope.all(path, (request, reply) => {
          reply.hijack();
          void listener(request.raw, reply.raw);
        });
      }
      done();
    });
    // #endregion fastify
    expect(await use(await app.listen({ port: 0, host: '127.0.0.1' }))).toMatchObject(WORKING);
    await app.close();
  });

  it('in Hono, which takes the path off', async () => {
    const { fetch } = desk.console;
    // #region hono
    const app = new Hono().mount('/console', fetch);
    // #endregion hono
    const me = await app.request('/console/api/me');
    expect(await me.json()).toMatchObject({ name: 'ops:jane' });
  });
});
