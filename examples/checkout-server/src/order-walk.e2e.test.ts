import { expect, it } from 'vitest';
import { useServer } from './testing/use-server.ts';

// Nothing is packed by itself, so that an order stays where a test has to find it.
const server = useServer({ AUTO_FULFILMENT: 'false' });

/** The statuses that an order went through, in order. */
function statusesIn(history: Record<string, unknown>[]): unknown[] {
  return history.map(({ to }) => to).filter((to, index, all) => to !== all[index - 1]);
}

it('an order that is paid goes the whole way, and its books say so', async () => {
  const { place, pay, ship, history, ledger, notifies } = server();
  const before = await server().stock('iphone-15');
  const id = await place('iphone-15', 2);
  await pay(id, 'tok_ok');
  const order = await ship(id);
  expect(order).toMatchObject({
    total: { amount: 159_800, currency: 'EUR' },
    payments: [{ method: 'card', status: 'captured', payment_id: expect.stringMatching(/^pay_/) }],
    invoice: { number: expect.stringMatching(/^INV-/) },
    tracking: expect.stringMatching(/^trk_/),
    saga: { id, type: 'order', version: 1, status: 'COMPLETED', state: 'IN_TRANSIT', timers: [] },
  });
  const lines = await history(id);
  expect(statusesIn(lines)).toEqual([
    ...['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED', 'SHIPPED', 'IN_TRANSIT'],
  ]);
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
  expect(await ledger(id)).toEqual({
    authorized: 0,
    captured: 159_800,
    refunded: 0,
    captures: 1,
    refunds: 0,
  });
  expect(await server().stock('iphone-15')).toMatchObject({
    reserved: before['reserved'],
    sold: Number(before['sold']) + 2,
  });
  await notifies(id, 'on_its_way');
});

it('a declined order releases its stock and tells its customer', async () => {
  const { place, pay, settles, ledger, notifies } = server();
  const before = await server().stock('headphones');
  const id = await place('headphones', 3);
  await pay(id, 'tok_declined');
  const order = await settles(id, 'FAILED');
  expect(order.failure).toMatchObject({ code: 'PAYMENT_DECLINED', category: 'PAYMENT_FAILED' });
  expect(order.payments).toMatchObject([{ status: 'declined' }]);
  expect(order.saga.status).toBe('FAILED');
  expect(await server().stock('headphones')).toEqual(before);
  expect((await ledger(id))?.['captured'] ?? 0).toBe(0);
  await notifies(id, 'payment_failed');
});

it('an order of more than there is fails, and the customer is told', async () => {
  const { place, settles, notifies } = server();
  const id = await place('limited-edition', 11);
  const order = await settles(id, 'FAILED');
  expect(order.failure).toMatchObject({ code: 'OUT_OF_STOCK', category: 'INVENTORY_ERROR' });
  await notifies(id, 'out_of_stock');
});

it('a paid order that is cancelled is refunded, once, and again changes nothing', async () => {
  const { place, pay, reaches, settles, post, ledger } = server();
  const before = await server().stock('charger-30w');
  const id = await place('charger-30w', 1);
  await pay(id, 'tok_ok');
  await reaches(id, 'CONFIRMED');
  const cancelled = await post(`/api/orders/${id}/cancel`, { reason: 'changed my mind' });
  expect(cancelled).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
  const order = await settles(id, 'CANCELLED');
  expect(order.payments).toMatchObject([{ status: 'refunded' }]);
  expect(await ledger(id)).toEqual({
    authorized: 0,
    captured: 3_900,
    refunded: 3_900,
    captures: 1,
    refunds: 1,
  });
  expect(await server().stock('charger-30w')).toEqual(before);
  const entries = (await server().history(id)).length;
  expect(await post(`/api/orders/${id}/cancel`, {})).toMatchObject({
    status: 202,
    body: { status: 'CANCELLED' },
  });
  expect(await server().history(id)).toHaveLength(entries);
  expect(await post(`/api/orders/${id}/pay`, { tokens: ['tok_ok'] })).toMatchObject({
    status: 409,
    body: { code: 'ORDER_STATE_CONFLICT' },
  });
});

it.each([
  ['a refused country', { country: 'XX' }, 'FRAUD_CHECK_FAILED'],
  ['an address that does not exist', { postalCode: '00000' }, 'ADDRESS_INVALID'],
])('an order to %s fails after its payment and is refunded', async (_where, address, code) => {
  const { place, pay, settles, ledger } = server();
  const id = await place('usb-c-cable', 1, address);
  await pay(id, 'tok_ok');
  const order = await settles(id, 'FAILED');
  expect(order.failure).toMatchObject({ code });
  expect(order.payments).toMatchObject([{ status: 'refunded' }]);
  expect(await ledger(id)).toMatchObject({ captured: 1_290, refunded: 1_290, refunds: 1 });
});

it('an order that has left the warehouse is not cancelled, and says why', async () => {
  const { place, pay, ship, post } = server();
  const id = await place('phone-case');
  await pay(id, 'tok_ok');
  await ship(id);
  expect(await post(`/api/orders/${id}/cancel`)).toMatchObject({
    status: 409,
    body: { code: 'ORDER_STATE_CONFLICT', detail: expect.stringContaining('IN_TRANSIT') },
  });
  // A click that comes again after a success changes nothing.
  expect(await post(`/api/orders/${id}/pay`, { tokens: ['tok_ok'] })).toMatchObject({ status: 202 });
});

it('a click that comes before the stock is reserved counts, and one with too many tokens does not', async () => {
  const { place, post, ship } = server();
  const id = await place('phone-case');
  expect(await post(`/api/orders/${id}/pay`, { tokens: ['tok_ok', 'tok_ok'] })).toMatchObject({
    status: 400,
  });
  expect(await post(`/api/orders/${id}/pay`, { tokens: ['tok_ok'] })).toMatchObject({ status: 202 });
  await ship(id);
});

it('whoever watches an order hears of every status, and the stream ends at rest', async () => {
  const { place, pay, ship, url } = server();
  const id = await place('phone-case');
  const stream = await fetch(`${url}/api/orders/${id}/events`, {
    headers: { authorization: 'Bearer demo-alice' },
  });
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  const text = stream.text();
  await pay(id, 'tok_ok');
  await ship(id);
  const events = (await text).split('\n\n').filter((block) => block.startsWith('event: status'));
  const data = events.map((block) => JSON.parse(block.replace(/^event: status\ndata: /, '')));
  expect(data.map(({ status }) => status).slice(-4)).toEqual(['PAID', 'CONFIRMED', 'SHIPPED', 'IN_TRANSIT']);
  expect(data.at(-1)).toEqual({ status: 'IN_TRANSIT', saga_status: 'COMPLETED', at: expect.any(String) });
});

it('lists are newest first, by pages, and a customer sees no order of another', async () => {
  const { place, get } = server();
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.unshift(await place('usb-c-cable', 1, { token: 'demo-bob' }));
  const first = await get('/api/orders?limit=2', 'demo-bob');
  const cursor = first.body['next_cursor'];
  expect(cursor).toBe(encodeURIComponent(String(cursor)));
  const rest = await get(`/api/orders?limit=2&cursor=${cursor}`, 'demo-bob');
  const idsOf = ({ body }: typeof first) => (body['items'] as { id: string }[]).map(({ id }) => id);
  expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids);
  expect(rest.body['next_cursor']).toBeNull();
  expect(await get('/api/orders?cursor=nonsense', 'demo-bob')).toMatchObject({
    status: 400,
    body: { code: 'CURSOR_INVALID' },
  });
  const sagas = await get('/api/sagas?status=STARTED&type=order&limit=1', 'demo-admin');
  const [saga] = sagas.body['items'] as Record<string, unknown>[];
  expect(Object.keys(saga ?? {}).sort()).toEqual(
    ['created_at', 'id', 'order_id', 'state', 'status', 'type', 'updated_at', 'version'].sort(),
  );
});

it('the invariants hold over all of this', async () => {
  expect(await server().invariantsHold()).toMatchObject({ ok: true });
});
