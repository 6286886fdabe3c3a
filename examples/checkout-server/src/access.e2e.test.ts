import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, orderBody } from './testing/client.ts';
import { useServer } from './testing/use-server.ts';

const server = useServer();
let alices = '';

beforeAll(async () => {
  alices = await server().place();
  await server().reaches(alices, 'RESERVED');
});

/** What each principal gets from each route; the id is an order of alice's. 4xx after the access check count as let in. */
const EXPECTED: Record<string, { anonymous: number; alice: number; bob: number; admin: number }> = {
  'get /healthz': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'get /readyz': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'get /metrics': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'get /openapi.json': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'get /docs': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'get /api/catalog': { anonymous: 401, alice: 200, bob: 200, admin: 200 },
  'post /api/orders': { anonymous: 401, alice: 400, bob: 400, admin: 403 },
  'get /api/orders': { anonymous: 401, alice: 200, bob: 200, admin: 200 },
  'get /api/orders/{id}': { anonymous: 401, alice: 200, bob: 404, admin: 200 },
  'get /api/orders/{id}/history': { anonymous: 401, alice: 200, bob: 404, admin: 200 },
  'post /api/orders/{id}/pay': { anonymous: 401, alice: 400, bob: 400, admin: 403 },
  'post /api/orders/{id}/cancel': { anonymous: 401, alice: 400, bob: 400, admin: 400 },
  'patch /api/orders/{id}/status': { anonymous: 401, alice: 403, bob: 403, admin: 400 },
  'get /api/sagas': { anonymous: 401, alice: 403, bob: 403, admin: 200 },
  'get /api/sagas/{id}': { anonymous: 401, alice: 200, bob: 404, admin: 200 },
  'post /api/sagas/{id}/retry': { anonymous: 401, alice: 403, bob: 403, admin: 400 },
  'post /api/sagas/{id}/skip': { anonymous: 401, alice: 403, bob: 403, admin: 400 },
  'get /api/sagas/{id}/compensation-preview': { anonymous: 401, alice: 403, bob: 403, admin: 200 },
  'delete /api/customers/{login}': { anonymous: 401, alice: 403, bob: 403, admin: 404 },
  'post /webhooks/payments': { anonymous: 401, alice: 401, bob: 401, admin: 401 },
  'post /webhooks/warehouse': { anonymous: 401, alice: 401, bob: 401, admin: 401 },
  'post /webhooks/carrier': { anonymous: 401, alice: 401, bob: 401, admin: 401 },
  'get /dev/ledger': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'get /dev/stock': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'post /dev/stock': { anonymous: 400, alice: 400, bob: 400, admin: 400 },
  'get /dev/notifications': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'get /dev/invariants': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'post /dev/break/worker': { anonymous: 401, alice: 403, bob: 403, admin: 400 },
  'post /dev/break/services': { anonymous: 401, alice: 403, bob: 403, admin: 400 },
  'post /dev/break/webhook': { anonymous: 401, alice: 403, bob: 403, admin: 400 },
  'get /': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
  'get /storefront/{part}': { anonymous: 200, alice: 200, bob: 200, admin: 200 },
};
const TOKENS = { anonymous: '', alice: 'demo-alice', bob: 'demo-bob', admin: 'demo-admin' };

it('what no saga, no customer and no page can be called is refused before the database is asked', async () => {
  const { send } = server();
  const token = 'demo-admin';
  const cursor = Buffer.from(JSON.stringify(['1', 'x'])).toString('base64url');
  const codeOf = async (method: string, path: string) => (await send(method, path, { token })).body['code'];
  expect(await codeOf('GET', '/api/sagas?type=%00')).toBe('REQUEST_INVALID');
  expect(await codeOf('GET', `/api/sagas?cursor=${cursor}`)).toBe('CURSOR_INVALID');
  expect(await codeOf('GET', `/api/orders?cursor=${cursor}`)).toBe('CURSOR_INVALID');
  expect(await codeOf('GET', '/api/orders/%00')).toBe('NOT_FOUND');
  expect(await codeOf('DELETE', '/api/customers/%00')).toBe('NOT_FOUND');
});

describe('every route, for every principal', () => {
  it('answers as the table says, and no route is missing there', async () => {
    const { body } = await server().get('/openapi.json');
    const routes = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    // A stream doesn't end by itself: each has a test of its own.
    const streams = ['get /api/orders/{id}/events', 'get /dev/live'];
    expect(routes.filter((route) => !streams.includes(route)).sort()).toEqual(Object.keys(EXPECTED).sort());
    const refusals: Answer[] = [];
    for (const [route, expected] of Object.entries(EXPECTED)) {
      const [method = '', path = ''] = route.split(' ');
      const actual: Record<string, number> = {};
      for (const [principal, token] of Object.entries(TOKENS)) {
        // A body with an unknown field: who is let in is told so.
        const options = method === 'get' ? { token } : { token, body: { unknown: 1 } };
        const answer = await server().send(
          method.toUpperCase(),
          path.replace(/{(id|login)}/, alices).replace('{part}', 'page.js'),
          options,
        );
        actual[principal] = answer.status;
        if (answer.status >= 400) refusals.push(answer);
      }
      expect({ route, ...actual }).toEqual({ route, ...expected });
    }
    const shapes = refusals.map(({ headers, body }) =>
      [headers.get('content-type'), ...Object.keys(body)].join(' '),
    );
    expect(new Set(shapes)).toEqual(new Set(['application/problem+json type title status detail code']));
  });

  it('answers a saga that is not there with its name', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect((await server().get(`/api/sagas/${nobody}`)).body['detail']).toBe('There is no such saga.');
    expect((await server().get(`/api/orders/${nobody}`)).body['detail']).toBe('There is no such order.');
  });

  it('shows the backlog of messages and what holds vacuum back among the metrics', async () => {
    const { text } = await server().get('/metrics', '');
    expect(text).toMatch(/^countermand_inbox_rows\{status="pending"\} \d+$/m);
    expect(text).toMatch(/^countermand_postgres_oldest_xmin_age \d+$/m);
  });

  it("treats somebody else's order as none, whatever is done to it", async () => {
    const bob = 'demo-bob';
    const stranger = await fetch(`${server().url}/api/orders/${alices}/events`, {
      headers: { authorization: `Bearer ${bob}` },
    });
    expect(stranger.status).toBe(404);
    for (const act of ['pay', 'cancel']) {
      expect((await server().post(`/api/orders/${alices}/${act}`, {}, bob)).status).toBe(404);
    }
    expect((await server().order(alices)).status).toBe('RESERVED');
  });

  it.each(['Bearer', 'Bearer nobody', 'Basic demo-alice', 'demo-alice', 'Bearer demo-alice x'])(
    'takes %s for no token',
    async (authorization) => {
      const answer = await server().send('GET', '/api/orders', { token: '', headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    },
  );

  it.each([
    'x',
    '%00',
    '%F0%9F%92%A9',
    "'; drop table orders; --",
    '..%2f..',
    randomUUID(),
    'a'.repeat(2_000),
  ])('finds nothing under the id %s', async (id) => {
    for (const path of [`/api/orders/${id}`, `/api/orders/${id}/history`, `/api/sagas/${id}`]) {
      expect((await server().get(path, 'demo-admin')).status).toBe(404);
    }
    expect((await server().post(`/api/orders/${id}/cancel`, {}, 'demo-admin')).status).toBe(404);
    expect((await server().post(`/api/sagas/${id}/retry`, {}, 'demo-admin')).status).toBe(404);
  });
});

describe('a body', () => {
  const place = (body: unknown) =>
    server().send('POST', '/api/orders', { body, headers: { 'idempotency-key': randomUUID() } });
  const good = orderBody();
  const withItem = (item: object) => ({ ...good, items: [item] });
  const sku = 'iphone-15';

  it.each<[string, unknown]>([
    ['malformed', '{"items":'],
    ['of another type', '[]'],
    ['with an unknown field', { ...good, admin: true }],
    ['with an unknown field inside', withItem({ sku, quantity: 1, price: 1 })],
    ['with __proto__', `{"__proto__":{},${JSON.stringify(good).slice(1)}`],
    ['with constructor', { ...good, constructor: 1 }],
    ['with a NUL character', withItem({ sku: 'iphone\u0000', quantity: 1 })],
    [
      'with a lone surrogate',
      JSON.stringify(withItem({ sku: 'x', quantity: 1 })).replace('"x"', '"\\ud800"'),
    ],
    ['with no items', { ...good, items: [] }],
    ['with quantity 0', withItem({ sku, quantity: 0 })],
    ['with quantity 1001', withItem({ sku, quantity: 1_001 })],
    ['with a quantity that is no whole number', withItem({ sku, quantity: 1.5 })],
    ['with a quantity in quotes', withItem({ sku, quantity: '1' })],
    [
      'with 1,001 units in two lines',
      {
        ...good,
        items: [
          { sku, quantity: 1_000 },
          { sku, quantity: 1 },
        ],
      },
    ],
    [
      'with another currency',
      { ...good, payments: [{ method: 'card', amount: { amount: 79_900, currency: 'USD' } }] },
    ],
    ['without an address', { items: good.items }],
  ])('%s is refused with 400', async (_what, body) => {
    expect(await place(body)).toMatchObject({ status: 400, body: { code: 'BODY_INVALID' } });
  });

  it('that does not fit the catalog or the total is refused with 422', async () => {
    const payment = (amount: number) => ({ method: 'card', amount: { amount, currency: 'EUR' } });
    expect(await place(withItem({ sku: 'x', quantity: 1 }))).toMatchObject({
      status: 422,
      body: { code: 'SKU_UNKNOWN' },
    });
    expect(await place({ ...good, payments: [payment(79_899)] })).toMatchObject({
      status: 422,
      body: { code: 'PAYMENTS_MISMATCH' },
    });
    const halves = [payment(40_000), payment(39_900)];
    const unknown = { ...payment(79_900), token: 'tok_unknown' };
    expect(await place({ ...good, payments: [...halves, payment(1)] })).toMatchObject({ status: 422 });
    expect(await place({ ...good, payments: [unknown] })).toMatchObject({
      ...{ status: 422, body: { code: 'PAYMENT_TOKEN_REFUSED' } },
    });
    expect(await place({ ...good, payments: halves })).toMatchObject({ status: 201 });
    expect(await place({ ...good, payments: [payment(79_900)] })).toMatchObject({ status: 201 });
  });

  it('over 64 KB is refused with 413, whatever it says', async () => {
    expect(await place('x'.repeat(70_000))).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    expect(await server().webhook('payments', 'x'.repeat(70_000))).toMatchObject({ status: 413 });
  });

  it('needs no content type, and where all is optional no body', async () => {
    const key = { 'idempotency-key': randomUUID(), 'content-type': 'text/plain' };
    expect((await server().send('POST', '/api/orders', { body: good, headers: key })).status).toBe(201);
    const id = await server().place();
    expect((await server().send('POST', `/api/orders/${id}/cancel`)).status).toBe(202);
  });
});

describe('a page', () => {
  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=', 'limit=1e1', 'cursor='])(
    'with %s is refused',
    async (query) => {
      expect((await server().get(`/api/orders?${query}`)).status).toBe(400);
    },
  );

  it('of the documents is made of nothing from elsewhere', async () => {
    const { text, headers } = await server().get('/docs', '');
    expect(headers.get('content-type')).toContain('text/html');
    expect(text).toContain('/api/orders/{id}/cancel');
    expect(text).not.toMatch(/(src|href)="https?:/);
  });
});
