import { eventually } from '@countermand/test-kit';
import { describe, expect, it } from 'vitest';
import { type BooksAnswer, DEMO_WEBHOOK_SECRET, type Money } from '../contract.ts';
import { type Participants, startProcess } from '../testing/start-process.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { receiveWebhooks } from '../testing/webhook-receiver.ts';

const amount: Money = { amount: 500, currency: 'EUR' };
const items = [{ sku: 'limited-edition', quantity: 1 }];
const lateMs = 600;

async function start(settings: Record<string, string> = {}) {
  const receiver = await receiveWebhooks(DEMO_WEBHOOK_SECRET);
  const participants = await startProcess({
    PARTICIPANTS_DATA: await temporaryDirectory(),
    WEBHOOK_TARGET: receiver.target,
    LATE_PAYMENT_DELAY: `${lateMs}ms`,
    ...settings,
  });
  return { ...participants, received: receiver.received };
}

function authorize({ post }: Participants, order_id: string, token?: string) {
  const body = { order_id, payment: 'p1', method: 'card', amount, ...(token && { token }) };
  return post('/payments/authorize', body, `${order_id}:authorize`);
}

function capture({ post }: Participants, order_id: string) {
  return post('/payments/capture', { order_id, payment: 'p1', amount }, `${order_id}:capture`);
}

async function statusOf({ get }: Participants, order_id: string): Promise<unknown> {
  const { body } = await get(`/payments?order_id=${order_id}&payment=p1`);
  return (body['payments'] as { status: string }[])[0]?.status;
}

describe('a payment over HTTP', () => {
  it.each(['tok_ok', 'tok_slow'])('with %s is captured and told by webhook', async (token) => {
    const gateway = await start();
    const authorized = await authorize(gateway, 'o1', token);
    expect(authorized).toMatchObject({ status: 200, body: { status: 'authorized' } });
    const { payment_id } = authorized.body;
    expect(await statusOf(gateway, 'o1')).toBe('authorized');
    expect(await capture(gateway, 'o1')).toEqual({
      status: 200,
      body: { payment_id, status: 'captured' },
      replayed: false,
    });
    expect(await capture(gateway, 'o1')).toMatchObject({ status: 200, replayed: true });
    expect(await gateway.get('/effects/o1%3Acapture')).toMatchObject({
      body: { status: 'landed', response: { payment_id, status: 'captured' } },
    });
    const webhook = { type: 'payment.succeeded', data: { order_id: 'o1', payment_id, amount } };
    await eventually(() => expect(gateway.received).toMatchObject([{ path: '/webhooks/payments', webhook }]));
    expect((await gateway.get('/dev/ledger')).body).toEqual({
      orders: { o1: { authorized: 0, captured: 500, refunded: 0, captures: 1, refunds: 0 } },
    });
  });

  it('with tok_declined is refused and told by webhook', async () => {
    const gateway = await start();
    expect(await authorize(gateway, 'o1', 'tok_declined')).toMatchObject({
      status: 409,
      body: { code: 'CARD_DECLINED' },
    });
    expect(await gateway.get('/effects/o1:authorize')).toMatchObject({
      body: { status: 'declined', code: 'CARD_DECLINED' },
    });
    await eventually(() =>
      expect(gateway.received).toMatchObject([
        { webhook: { type: 'payment.failed', data: { order_id: 'o1', amount } } },
      ]),
    );
    expect(await statusOf(gateway, 'o1')).toBe('declined');
  });

  it('with tok_lost lands and is not answered until the webhook is due', async () => {
    const gateway = await start();
    await authorize(gateway, 'o1', 'tok_lost');
    const askedAt = Date.now();
    await expect(capture(gateway, 'o1')).rejects.toThrow('fetch failed');
    expect(await gateway.get('/effects/o1:capture')).toMatchObject({
      body: { status: 'landed', response: { status: 'captured' } },
    });
    expect(await statusOf(gateway, 'o1')).toBe('captured');
    await eventually(() => expect(gateway.received).toHaveLength(1));
    expect(gateway.received[0]?.at).toBeGreaterThanOrEqual(askedAt + lateMs);
    const again = await eventually(() => capture(gateway, 'o1'));
    expect(again).toMatchObject({ status: 200, body: { status: 'captured' }, replayed: true });
    expect((await gateway.get('/dev/ledger')).body).toMatchObject({ orders: { o1: { captures: 1 } } });
  });

  it('with tok_late is captured later although it was voided, and refunded then', async () => {
    // Long enough for what has to come before.
    const gateway = await start({ LATE_PAYMENT_DELAY: '4s' });
    await authorize(gateway, 'o1', 'tok_late');
    expect(await capture(gateway, 'o1')).toMatchObject({ status: 202, body: { status: 'pending' } });
    expect(await statusOf(gateway, 'o1')).toBe('pending');
    const p1 = { order_id: 'o1', payment: 'p1' };
    expect((await gateway.post('/payments/void', p1, 'void')).body).toEqual({ status: 'voided' });
    expect((await gateway.post('/payments/refund', p1, 'refund 1')).body).toEqual({ status: 'not_captured' });
    await eventually(() =>
      expect(gateway.received).toMatchObject([{ webhook: { type: 'payment.succeeded' } }]),
    );
    expect(await statusOf(gateway, 'o1')).toBe('captured');
    expect((await gateway.post('/payments/refund', p1, 'refund 2')).body).toMatchObject({
      status: 'refunded',
      amount,
    });
    expect((await gateway.get('/dev/ledger')).body).toEqual({
      orders: { o1: { authorized: 0, captured: 500, refunded: 500, captures: 1, refunds: 1 } },
    });
  });

  it('without a token is declined at the rate of the setting; with an unknown one always', async () => {
    const gateway = await start({ MOCK_PAYMENT_FAILURE_RATE: '1' });
    expect(await authorize(gateway, 'o1')).toMatchObject({ status: 409, body: { code: 'CARD_DECLINED' } });
    expect(await authorize(gateway, 'o2', 'tok_gold')).toMatchObject({
      status: 409,
      body: { code: 'INVALID_TOKEN' },
    });
  });
});

describe('an undo over HTTP that comes first', () => {
  it('bars what it undoes', async () => {
    const { post } = await start();
    const o1 = { order_id: 'o1' };
    const p1 = { ...o1, payment: 'p1' };
    const coupon = { ...o1, code: 'WELCOME10' };
    const notFound = { status: 200, body: { status: 'not_found' } };
    expect(await post('/inventory/release', o1, '1')).toMatchObject(notFound);
    expect(await post('/inventory/reserve', { ...o1, items }, '2')).toMatchObject({
      status: 409,
      body: { code: 'RELEASED' },
    });
    expect(await post('/payments/void', p1, '3')).toMatchObject(notFound);
    const authorization = { ...p1, amount, token: 'tok_ok' };
    expect(await post('/payments/authorize', authorization, '4')).toMatchObject({
      status: 409,
      body: { code: 'VOIDED' },
    });
    expect(await post('/promotions/cancel', coupon, '5')).toMatchObject(notFound);
    expect(await post('/promotions/apply', { ...coupon, total: amount }, '6')).toMatchObject({
      status: 409,
      body: { code: 'CANCELLED' },
    });
  });
});

describe('a request over HTTP', () => {
  it('is read strictly', async () => {
    const { post, base } = await start();
    const good = { order_id: 'o1', items };
    expect(await post('/inventory/reserve', good)).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', message: 'Send an Idempotency-Key header.' },
    });
    const bad: [string, object][] = [
      ['/inventory/reserve', { ...good, more: 1 }],
      ['/inventory/reserve', { order_id: 'o1', items: [] }],
      ['/inventory/reserve', { order_id: 'o1', items: [{ sku: 'iphone-15', quantity: 0.5 }] }],
      ['/inventory/reserve', { order_id: '', items }],
      ['/payments/capture', { order_id: 'o1', payment: 'p1', amount: { amount: 1.5, currency: 'EUR' } }],
      ['/payments/capture', { order_id: 'o1', payment: 'p1', amount: { amount: 1, currency: 'USD' } }],
      ['/payments/capture', { order_id: 'o1', payment: 'p1', amount: 1 }],
      ['/notifications', { order_id: 'o1', kind: 'hello' }],
    ];
    for (const [path, body] of bad) expect(await post(path, body, 'bad')).toMatchObject({ status: 400 });
    expect(await post('/inventory/reserve', good, 'x'.repeat(256))).toMatchObject({ status: 400 });
    expect(await post('/inventory/reserve', good, 'bad')).toMatchObject({ status: 200 });
    expect(await post('/inventory/nothing', good, 'k')).toMatchObject({ status: 404 });
    expect(await post('/inventory/reserve', { ...good, order_id: 'x'.repeat(70_000) }, 'k')).toMatchObject({
      status: 413,
    });
    const notJson = await fetch(`${base}/inventory/reserve`, {
      method: 'POST',
      headers: { 'idempotency-key': 'k' },
      body: '{',
    });
    expect(notJson.status).toBe(400);
  });

  it('means the same with a quoted key, and 422 with another body', async () => {
    const { post } = await start();
    const first = await post('/inventory/reserve', { order_id: 'o1', items }, 'key');
    expect(await post('/inventory/reserve', { items, order_id: 'o1' }, '"key"')).toEqual({
      ...first,
      replayed: true,
    });
    expect(await post('/inventory/reserve', { order_id: 'o2', items }, 'key')).toMatchObject({
      status: 422,
      body: { code: 'KEY_REUSED' },
    });
  });

  it('goes through an order from reservation to scan', async () => {
    const { post, get, received } = await start({ FULFILMENT_DELAY: '50ms' });
    const o1 = { order_id: 'o1' };
    expect((await get('/catalog')).body['items']).toContainEqual({
      sku: 'iphone-15',
      name: expect.any(String),
      price: { amount: 79_900, currency: 'EUR' },
      available: 1_000,
    });
    await post('/inventory/reserve', { ...o1, items }, '1');
    expect((await post('/fulfilment/orders', o1, '2')).status).toBe(200);
    expect((await post('/fulfilment/invoices', { ...o1, amount }, '3')).body['number']).toBe('INV-000001');
    await post('/warehouse/pick-lists', { ...o1, items }, '4');
    await eventually(() => expect(received).toMatchObject([{ webhook: { type: 'warehouse.packed' } }]));
    await post('/inventory/commit', o1, '5');
    const { shipment_id } = (await post('/fulfilment/shipments', o1, '6')).body;
    const { tracking } = (await post('/fulfilment/labels', { ...o1, shipment_id }, '7')).body;
    const scanned = { type: 'carrier.scanned', data: { order_id: 'o1', tracking } };
    await eventually(() =>
      expect(received[1]).toMatchObject({ path: '/webhooks/carrier', webhook: scanned }),
    );
    await post('/notifications', { ...o1, kind: 'on_its_way' }, '8');
    expect((await get('/dev/notifications')).body).toEqual({
      o1: [{ kind: 'on_its_way', at: expect.any(String) }],
    });
    expect((await get('/inventory/stock')).body['limited-edition']).toEqual({
      initial: 10,
      available: 9,
      reserved: 0,
      sold: 1,
    });
    const books = await readBooks(get);
    expect(books).toMatchObject({ stockViolations: [], paymentViolations: [], flaws: [] });
    expect(Object.values(books.effects).map(({ count }) => count)).toEqual(
      Array.from({ length: 8 }, () => 1),
    );
  });

  it('packs and scans by hand where nothing happens by itself', async () => {
    const { post, received } = await start({ AUTO_FULFILMENT: 'false' });
    const o1 = { order_id: 'o1' };
    expect(await post('/warehouse/pack', o1)).toMatchObject({ status: 409, body: { code: 'NO_PICK_LIST' } });
    await post('/warehouse/pick-lists', { ...o1, items }, '1');
    const { parcel_id } = (await post('/warehouse/pack', o1)).body;
    const packed = { type: 'warehouse.packed', data: { order_id: 'o1', parcel_id } };
    await eventually(() => expect(received.map(({ webhook }) => webhook)).toEqual([packed]));
  });

  it('restocks a known SKU, on both sides', async () => {
    const { post } = await start();
    await post('/inventory/reserve', { order_id: 'o1', items }, '1');
    const restocked = await post('/dev/stock', { sku: 'limited-edition', available: 50 });
    expect(restocked.body['limited-edition']).toEqual({ initial: 51, available: 50, reserved: 1, sold: 0 });
    expect(await post('/dev/stock', { sku: 'unicorn', available: 1 })).toMatchObject({ status: 404 });
    expect(await post('/dev/stock', { sku: 'iphone-15', available: -1 })).toMatchObject({ status: 400 });
  });
});

describe('a fault on purpose', () => {
  it('down: nothing happens, at that service only, as often as asked', async () => {
    const { post, get } = await start();
    await post('/dev/faults', { service: 'inventory', mode: 'down', count: 2 });
    const reserve = () => post('/inventory/reserve', { order_id: 'o1', items }, 'k');
    expect(await reserve()).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect((await post('/fulfilment/orders', { order_id: 'o1' }, 'f')).status).toBe(200);
    expect((await get('/effects/k')).body).toEqual({ status: 'not_landed' });
    expect(await reserve()).toMatchObject({ status: 503 });
    expect(await reserve()).toMatchObject({ status: 200, replayed: false });
  });

  it('lost: the effect is there, the answer comes with the next try', async () => {
    const { post, get } = await start();
    await post('/dev/faults', { service: 'inventory', mode: 'lost' });
    const reserve = () => post('/inventory/reserve', { order_id: 'o1', items }, 'k');
    await expect(reserve()).rejects.toThrow('fetch failed');
    await expect(reserve()).rejects.toThrow('fetch failed');
    expect((await get('/effects/k')).body).toMatchObject({ status: 'landed' });
    expect((await post('/dev/faults', { service: 'inventory', mode: 'off' })).body).toEqual({ faults: [] });
    expect(await reserve()).toMatchObject({ status: 200, replayed: true });
    expect((await get('/dev/stock')).body['limited-edition']).toMatchObject({ reserved: 1 });
  });

  it('slow: what comes meanwhile overtakes it', async () => {
    const { post, get } = await start();
    await post('/dev/faults', { service: 'payments', mode: 'slow', ms: 3_000, count: 1 });
    const p1 = { order_id: 'o1', payment: 'p1' };
    const authorize = post('/payments/authorize', { ...p1, amount, token: 'tok_ok' }, '1');
    // The one slow request has been taken.
    await eventually(async () => expect((await get('/dev/faults')).body).toEqual({ faults: [] }));
    expect((await post('/payments/void', p1, '2')).body).toEqual({ status: 'not_found' });
    expect(await authorize).toMatchObject({ status: 409, body: { code: 'VOIDED' } });
  });

  it('all: holds for every service, and never for /dev', async () => {
    const { post, get } = await start();
    await post('/dev/faults', { service: 'all', mode: 'down' });
    expect(await get('/payments')).toMatchObject({ status: 503 });
    expect(await get('/effects/k')).toMatchObject({ status: 503 });
    expect(await get('/dev/books')).toMatchObject({ status: 200 });
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    await post('/dev/faults', { service: 'all', mode: 'off' });
    expect(await get('/payments')).toMatchObject({ status: 200 });
  });
});

async function readBooks(get: Participants['get']): Promise<BooksAnswer> {
  return (await get('/dev/books')).body as unknown as BooksAnswer;
}
