import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { orderBody } from './testing/client.ts';
import { useServer } from './testing/use-server.ts';

describe('an order', () => {
  const server = useServer({ MAX_OPEN_ORDERS: '5' });
  const post = (key: string, body: unknown = orderBody('usb-c-cable'), token = 'demo-alice') =>
    server().send('POST', '/api/orders', { token, body, headers: { 'idempotency-key': key } });

  it('is made once by 50 equal requests at once, which all get the same bytes', async () => {
    const key = randomUUID();
    // Whoever waits for more than five seconds is told so, and asks again.
    const patiently = async (): ReturnType<typeof post> => {
      const answer = await post(key);
      return answer.status === 409 ? await patiently() : answer;
    };
    const answers = await Promise.all(Array.from({ length: 50 }, patiently));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const first = answers.filter(({ headers }) => headers.get('idempotent-replayed') === null);
    expect(first).toHaveLength(1);
    expect(first[0]?.headers.get('location')).toBe(`/api/orders/${first[0]?.body['order_id']}`);
    const { body } = await server().get('/api/orders');
    expect(body['items']).toHaveLength(1);
  });

  it('is not made again under a key with another body, nor for the same key with and without quotes', async () => {
    const key = randomUUID();
    const first = await post(key);
    const again = await post(`"${key}"`);
    expect({ status: again.status, text: again.text }).toEqual({ status: 201, text: first.text });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(await post(key, orderBody('usb-c-cable', 2))).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('is another one under the key of another customer', async () => {
    const key = randomUUID();
    const mine = await post(key, orderBody(), 'demo-bob');
    const theirs = await post(key);
    expect(theirs.status).toBe(201);
    expect(theirs.headers.get('idempotent-replayed')).toBeNull();
    expect(theirs.body['order_id']).not.toBe(mine.body['order_id']);
  });

  it('that was refused leaves its key free', async () => {
    const key = randomUUID();
    expect(await post(key, orderBody('flying-carpet'))).toMatchObject({
      status: 422,
      body: { code: 'SKU_UNKNOWN' },
    });
    expect(await post(key)).toMatchObject({ status: 201 });
  });

  it('is waited for while another process is at it, for five seconds; a process that dies lets go', async () => {
    const key = randomUUID();
    const other = new pg.Client({ connectionString: server().env['DATABASE_URL'] });
    other.on('error', () => undefined);
    await other.connect();
    await other.query('begin');
    const { rows } = await other.query(`select subject from checkout.customers where login = 'bob'`);
    const name = JSON.stringify([`customer:${rows[0].subject}`, 'POST /api/orders', key]);
    await other.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
    const body = orderBody('usb-c-cable');
    expect(await post(key, body, 'demo-bob')).toMatchObject({
      status: 409,
      body: { code: 'REQUEST_IN_PROGRESS' },
    });
    const waiting = post(key, body, 'demo-bob');
    await other.end();
    expect(await waiting).toMatchObject({ status: 201 });
  });

  it('is not one too many when many come at the same moment', async () => {
    const { send } = server();
    const placed = async () =>
      ((await send('GET', '/api/orders?limit=100', { token: 'demo-bob' })).body['items'] as unknown[]).length;
    const before = await placed();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => post(randomUUID(), orderBody('usb-c-cable'), 'demo-bob')),
    );
    const taken = answers.filter(({ status }) => status === 201).length;
    expect(before + taken).toBeLessThanOrEqual(Number(server().env['MAX_OPEN_ORDERS']));
    expect(answers.filter(({ status }) => status !== 201 && status !== 429)).toEqual([]);
  });

  it('is refused beyond the number of open orders, and taken again when one is over', async () => {
    const ids: string[] = [];
    const placeAll = async () => {
      for (;;) {
        const answer = await post(randomUUID());
        if (answer.status !== 201) return answer;
        ids.push(String(answer.body['order_id']));
      }
    };
    expect(await placeAll()).toMatchObject({ status: 429, body: { code: 'TOO_MANY_OPEN_ORDERS' } });
    await server().reaches(ids[0] ?? '', 'RESERVED');
    await server().post(`/api/orders/${ids[0]}/cancel`);
    await server().eventually(async () => expect((await post(randomUUID())).status).toBe(201));
  });

  it.each([
    ['no key', undefined],
    ['an empty key', ''],
    ['an empty key in quotes', '""'],
    ['a key of 256 characters', 'x'.repeat(256)],
  ])('is refused with %s', async (_what, key) => {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    const answer = await server().send('POST', '/api/orders', { body: orderBody(), headers });
    expect(answer).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY_INVALID' } });
  });
});
