import { describe, expect, it } from 'vitest';
import { type ConsoleOptions, createConsole } from './index.js';
import { deskBeforeAll } from './test-support/desk-before-all.js';
import type { OrderDesk } from './test-support/order-desk.js';

let desk: OrderDesk;
deskBeforeAll(async (opened) => {
  desk = opened;
  await desk.place('order-1', 'alice');
});

/** A console of its own; answers requests for paths below `/`. */
function consoleOf(options: Partial<ConsoleOptions>) {
  const { runner } = desk;
  const may = ['read', 'act'] as const;
  const { fetch } = createConsole({ runner, authorize: () => ({ name: 'ops:jane', may }), ...options });
  return (path: string, init?: RequestInit) => fetch(new Request(`http://localhost/${path}`, init));
}

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', 'x-countermand-console': '1' },
});

describe('each route asks who it is', () => {
  const retry = { act: { type: 'retry' }, reason: 'a try' };
  const routes: [path: string, needs: 'read' | 'act', init?: RequestInit][] = [
    ['console/', 'read'],
    ['console/sagas/order-1', 'read'],
    ['console/api/me', 'read'],
    ['console/api/sagas', 'read'],
    ['console/api/sagas/order-1', 'read'],
    ['console/api/machines', 'read'],
    ['console/api/machines/order', 'read'],
    ['console/api/live?list', 'read'],
    ['console/api/live?saga=order-1', 'read'],
    ['console/api/live?machine=order', 'read'],
    ['console/api/sagas/order-1/foresee', 'act', post(retry)],
    // It isn't parked, so that whoever may do this changes nothing.
    ['console/api/sagas/order-1/acts', 'act', post(retry)],
  ];

  it.each(routes)('%s needs %s', async (path, needs, init) => {
    const status = async (authorize: ConsoleOptions['authorize']) => {
      const answer = await consoleOf({ authorize })(path, init);
      await answer.body?.cancel();
      return answer.status;
    };
    expect(await status(() => undefined)).toBe(401);
    expect(await status(() => ({ name: 'ops:eve', may: [] }))).toBe(403);
    expect(await status(() => ({ name: 'ops:eve', may: ['act'] }))).toBe(403);
    const reading = await status(() => ({ name: 'ops:max', may: ['read'] }));
    const acting = await status(() => ({ name: 'ops:jane', may: ['read', 'act'] }));
    expect([401, 403]).not.toContain(acting);
    expect(reading).toBe(needs === 'read' ? acting : 403);
  });
});

describe('who it is', () => {
  it('is sent to the page by name and rights alone, whatever else is known of them', async () => {
    const user = { name: 'ops:jane', may: ['read'] as const, passwordHash: 'a secret' };
    const answer = await consoleOf({ authorize: () => user })('console/api/me');
    expect(await answer.json()).toEqual({ name: 'ops:jane', may: ['read'], title: 'Countermand' });
  });

  it.each([
    ['without a name', { may: ['read'] }],
    ['with an empty name', { name: '', may: ['read'] }],
    ['without rights', { name: 'ops:jane' }],
    // 'read act'.includes('read') would hold.
    ['with rights in a text', { name: 'ops:jane', may: 'read act' }],
  ])('lets nobody in %s, and the server is told', async (_, principal) => {
    const told: unknown[] = [];
    // As JavaScript would: the compiler asks for both.
    const authorize = (() => principal) as unknown as ConsoleOptions['authorize'];
    const answer = await consoleOf({ authorize, onError: (error) => told.push(error) })('console/api/sagas');
    expect([answer.status, await answer.json()]).toMatchObject([500, { code: 'INTERNAL' }]);
    expect(String(told[0])).toContain('authorize must give { name, may }');
  });
});

it('whoever asked for a page is told by one', async () => {
  const accept = 'text/html,application/xhtml+xml';
  const answer = await consoleOf({ authorize: () => undefined })('console/', { headers: { accept } });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
  expect(await answer.text()).toContain('<p>Sign in to see this.</p>');
});

describe('what makes no sense', () => {
  it.each([
    ['console/api/sagas/%E0%A4%A', 404],
    ['console/api/sagas/order%00', 404],
    ['console/api/machines/%FF', 404],
    ['console/api/machines/order?version=first', 404],
    ['console/api/sagas?limit=many', 400],
    ['console/api/sagas?limit=100000', 400],
    ['console/api/sagas?status=exploded', 400],
    ['console/api/sagas?state=A%00', 400],
    ['console/api/sagas?type=A%00', 400],
    ['console/api/sagas?attribute=customerId%3D%00', 400],
    ['console/api/sagas?attribute=__proto__%3D%7B%22a%22%3A1%7D', 400],
    ['console/api/sagas?after=99999999999999999999', 400],
    ['console/api/sagas?within=99999999999999999999', 400],
    ['console/api/live', 400],
  ])('%s is answered with %d, not with an error of the database', async (path, status) => {
    const told: unknown[] = [];
    const answer = await consoleOf({ onError: (error) => told.push(error) })(path);
    expect([answer.status, told]).toEqual([status, []]);
  });

  it('a reason that no history can keep is refused', async () => {
    const body = { act: { type: 'park' }, reason: 'because\u0000' };
    expect((await consoleOf({})('console/api/sagas/order-1/acts', post(body))).status).toBe(400);
    expect((await desk.runner.get('order-1'))?.status).toBe('running');
  });

  it('a stream that nobody would read is not opened', async () => {
    const answer = await consoleOf({})('console/api/live?list', { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([405, 'application/json']);
  });
});

describe('the console lives under any path', () => {
  it.each([
    ['/console', 'console/', 'console/api/me'],
    ['/console', 'console', 'api/me'],
    ['/ops/sagas', 'ops/sagas/sagas/order-1', 'ops/sagas/api/me'],
    ['', 'sagas/order-1', 'api/me'],
  ])('%j, of which its page knows', async (basePath, page, me) => {
    const ask = consoleOf({ basePath });
    const html = await (await ask(page)).text();
    expect(html).toContain(`<base href="${basePath}/">`);
    const [, asset] = /src="\.\/(assets\/[^"]+)"/.exec(html) ?? [];
    expect(asset).toBeDefined();
    expect((await ask(`${basePath.slice(1)}/${asset}`.replace(/^\//, ''))).status).toBe(200);
    expect(await (await ask(me)).json()).toMatchObject({ name: 'ops:jane' });
  });
});
