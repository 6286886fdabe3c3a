import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderBody } from './testing/client.ts';
import { useServer } from './testing/use-server.ts';

const secret = `whsec_${Buffer.from('canary webhook secret').toString('base64')}`;
/** What must stay nowhere. */
const SECRETS = {
  'bearer token': 'canary-bearer-of-carol',
  'bearer token of an administrator': 'canary-bearer-of-admin',
  'bearer token of nobody': 'canary-bearer-of-nobody',
  'webhook secret': secret.slice('whsec_'.length),
};
/** What tells of a person. */
const PERSONAL = {
  login: 'canary.carol@example.org',
  'address line': 'canary lane 7',
  city: 'canaryville',
  reason: 'canary, my sister has bought one',
};
const server = useServer({
  LOG_LEVEL: 'trace',
  AUTO_FULFILMENT: 'false',
  CUSTOMER_TOKENS: `${PERSONAL.login}:${SECRETS['bearer token']},bob:demo-bob`,
  ADMIN_TOKEN: SECRETS['bearer token of an administrator'],
  WEBHOOK_SECRET: secret,
});
const token = SECRETS['bearer token'];
const admin = SECRETS['bearer token of an administrator'];
let db: pg.Client;

const send = (method: string, route: string, body?: unknown, as = token) =>
  server().send(method, route, { token: as, body });

async function place(paymentToken: string): Promise<string> {
  const order = orderBody('phone-case');
  const shippingAddress = { ...order.shippingAddress, line1: PERSONAL['address line'], city: PERSONAL.city };
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const body = { ...order, shippingAddress };
  const placed = await server().send('POST', '/api/orders', { token, body, headers });
  expect(placed.status, placed.text).toBe(201);
  const id = String(placed.body['order_id']);
  expect((await send('POST', `/api/orders/${id}/pay`, { tokens: [paymentToken] })).status).toBe(202);
  return id;
}

function reaches(id: string, expected: object): Promise<void> {
  return server().eventually(async () => {
    expect((await send('GET', `/api/orders/${id}`)).body).toMatchObject(expected);
  });
}

/** Every row of every table, as text, by table. */
async function tables(): Promise<Map<string, string>> {
  const { rows } = await db.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const texts = new Map<string, string>();
  for (const { name } of rows) {
    const { rows: found } = await db.query<{ text: string }>(`select t::text as text from ${name} t`);
    texts.set(name, found.map(({ text }) => text).join('\n'));
  }
  return texts;
}

/** Where one of the canaries is found: logs, tables, the participants' own journal and log. */
async function placesOf(canary: string): Promise<string[]> {
  const directory = path.join(server().env['DATA_DIR'] ?? '', 'participants');
  const texts = await tables();
  texts.set('log', server().output());
  for (const file of ['participants.log', 'journal.jsonl']) {
    texts.set(file, readFileSync(path.join(directory, file), 'utf8'));
  }
  return [...texts].filter(([, text]) => text.includes(canary)).map(([name]) => name);
}

beforeAll(async () => {
  db = new pg.Client({ connectionString: server().env['DATABASE_URL'] });
  await db.connect();
  const shipped = await place('tok_ok');
  const declined = await place('tok_declined');
  const parked = await place('tok_refund_stuck');
  await reaches(declined, { status: 'FAILED', saga: { settled: true } });
  for (const id of [shipped, parked]) await reaches(id, { status: 'CONFIRMED' });
  expect((await send('POST', `/api/orders/${parked}/cancel`, { reason: PERSONAL.reason })).status).toBe(202);
  await reaches(parked, { status: 'CANCELLED', saga: { status: 'PARKED' } });
  const packed = { type: 'warehouse.packed', data: { order_id: shipped, parcel_id: 'par_1' } };
  expect((await server().webhook('warehouse', packed, { secret })).status).toBe(202);
  await reaches(shipped, { status: 'SHIPPED' });
  // Refused requests are logged, too.
  expect((await send('GET', '/api/orders', undefined, SECRETS['bearer token of nobody'])).status).toBe(401);
  const bad = { shippingAddress: { line1: PERSONAL['address line'], city: 7 }, token };
  expect((await send('POST', '/api/orders', bad)).status).toBe(400);
  const scanned = { type: 'carrier.scanned', data: { order_id: shipped, tracking: 'trk_1' } };
  await server().webhook('carrier', scanned, { secret });
  await reaches(shipped, { status: 'IN_TRANSIT', saga: { settled: true } });
}, 120_000);
afterAll(() => db?.end());

describe('what is planted', () => {
  it.each(Object.entries(SECRETS))(
    'as a %s is in no log, job, history, journal or row',
    async (_what, text) => {
      expect(await placesOf(text)).toEqual([]);
    },
  );

  it.each([
    ['login', ['checkout.customers']],
    ['address line', ['checkout.orders']],
    ['city', ['checkout.orders']],
    ['reason', ['checkout.orders']],
  ] as const)('as a %s is in the one table that it belongs to', async (what, places) => {
    expect(await placesOf(PERSONAL[what])).toEqual(places);
  });

  it('as a payment token is in its table and at the gateway, and in no saga', async () => {
    expect(await placesOf('tok_refund_stuck')).toEqual(['checkout.payment_tokens', 'journal.jsonl']);
  });

  it('as a reason is told to whoever may see the order, from the order', async () => {
    const { body } = await send('GET', '/api/orders');
    const orders = body['items'] as { id: string; status: string }[];
    const cancelled = orders.find(({ status }) => status === 'CANCELLED');
    const { items } = (await send('GET', `/api/orders/${cancelled?.id}/history`)).body as { items: object[] };
    expect(items).toContainEqual(expect.objectContaining({ event: 'CANCEL', reason: PERSONAL.reason }));
  });
});

describe('a customer who asks to be forgotten', () => {
  it('is refused to a customer, and for somebody unknown', async () => {
    const route = `/api/customers/${PERSONAL.login}`;
    expect((await send('DELETE', route)).status).toBe(403);
    expect((await send('DELETE', '/api/customers/nobody', undefined, admin)).status).toBe(404);
  });

  it('waits while an order needs the address', async () => {
    const order = orderBody('phone-case');
    const headers = { 'idempotency-key': 'bobs' };
    const placed = await server().send('POST', '/api/orders', { token: 'demo-bob', body: order, headers });
    expect(placed.status).toBe(201);
    expect(await send('DELETE', '/api/customers/bob', undefined, admin)).toMatchObject({
      ...{ status: 409, body: { code: 'ORDER_STATE_CONFLICT' } },
    });
  });

  it('leaves nothing of themselves, and orders that still add up', async () => {
    // The end of an order is noted by a subscription, a moment after it was reached.
    await server().eventually(async () => {
      const erased = await send('DELETE', `/api/customers/${PERSONAL.login}`, undefined, admin);
      expect(erased).toMatchObject({ status: 200, body: { erased: true, orders: 3 } });
    });
    for (const text of Object.values(PERSONAL)) expect(await placesOf(text)).toEqual([]);
    await server().invariantsHold();
  });
});
