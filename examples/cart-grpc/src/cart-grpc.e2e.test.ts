import { eventually } from '@countermand/test-kit';
import { type ClientError, Metadata, Status } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutIdOf } from './checkout-id.ts';
import { OrderStatus } from './generated/cart-checkout.ts';
import {
  type CheckoutWorld,
  failNext,
  keyed,
  newCustomer,
  openWorld,
  ordersOf,
  stockOf,
} from './testing/checkout-world.ts';

let world: CheckoutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const untouched = [
  { available: 3, reserved: 0, sold: 0 },
  { available: 3, reserved: 0, sold: 0 },
];
const sold = [
  { available: 1, reserved: 0, sold: 2 },
  { available: 2, reserved: 0, sold: 1 },
];
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'OK',
    ({ code, details }: ClientError) => `${Status[code]} ${details.split(' ')[0]?.replace(':', '')}`,
  );

describe('a cart that is checked out', () => {
  it('becomes an order with its items, whose units are sold; every field is in its place', async () => {
    const { request, userId, variants } = await newCustomer(world);
    const { sagaId, orderId } = await world.orchestrator.createSagaOrder(request, keyed('k'));
    const order = await world.orders.findOrder({ paymentId: `pay-${sagaId}` });
    expect(order).toEqual({
      orderId,
      userId,
      cartId: 'cart',
      items: [
        { variantId: variants[0], productId: 'product-0', name: 'Variant 0', quantity: 2, unitPrice: 19.99 },
        { variantId: variants[1], productId: 'product-1', name: 'Variant 1', quantity: 1, unitPrice: 0.07 },
      ],
      status: OrderStatus.ORDER_STATUS_CREATED,
      paymentId: `pay-${sagaId}`,
      createdAt: expect.stringMatching(/^20.*Z$/),
      updatedAt: expect.stringMatching(/^20.*Z$/),
      totalAmount: 42.05,
      shippingAddressId: 'address-7',
      currencyCode: 'EUR',
    });
    expect(await stockOf(world, variants)).toEqual(sold);
    expect(await world.orchestrator.getSaga({ sagaId })).toMatchObject({ state: 'COMPLETED', settled: true });
  });

  it('is asked for in amounts of whole cents, kept as cents', async () => {
    const { request, userId } = await newCustomer(world);
    await world.orchestrator.createSagaOrder(request);
    const { rows } = await world.pool.query(
      `select total_amount, array_agg(unit_price order by position) as prices
       from orders join order_items using (order_id) where user_id = $1 group by order_id`,
      [userId],
    );
    expect(rows).toEqual([{ total_amount: '4205', prices: ['1999', '7'] }]);
  });

  it.each([1, 2])('reserves both lines of one variant, 2 units and %i', async (more) => {
    const { request, userId, variants } = await newCustomer(world, [4, 3]);
    const [variantId = ''] = variants;
    const lines = [2, more].map((quantity) => ({ variantId, quantity }));
    await world.simulation.putCart({ userId, cartId: 'cart', lines });
    const subtotal = (1_999 * (2 + more)) / 100;
    const total = (1_999 * (2 + more) + 200) / 100;
    const asked = { ...request, subtotal, total, paymentAmount: total };
    expect(await outcome(world.orchestrator.createSagaOrder(asked))).toBe('OK');
    expect(await stockOf(world, variants)).toMatchObject([{ available: 2 - more, sold: 2 + more }, {}]);
    expect(await ordersOf(world, userId)).toEqual([{ status: 'CREATED', items: 2 }]);
  });

  it('reaches each participant with a key of its step, and the trace', async () => {
    const { request } = await newCustomer(world);
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const metadata = Metadata({ 'idempotency-key': 'keys', traceparent });
    const { sagaId } = await world.orchestrator.createSagaOrder(request, { metadata });
    const { calls } = await world.simulation.getBooks({});
    const own = calls.filter(({ idempotencyKey }) => idempotencyKey.startsWith(`${sagaId}:`));
    expect(own.map(({ method }) => method)).toEqual([
      'GetCart',
      'GetVariants',
      'Reserve',
      'Reserve',
      'Commit',
    ]);
    expect(own.every((call) => call.traceparent === traceparent)).toBe(true);
  });
});

describe('a request that is not complete', () => {
  it.each([
    [{ userId: '' }, 'user_id'],
    [{ cartId: '' }, 'cart_id'],
    [{ total: 42.055 }, 'total'],
    [{ subtotal: 41.05 }, 'total'],
  ])('is refused before anything is called: %j', async (change, field) => {
    const { request } = await newCustomer(world);
    const answer = outcome(world.orchestrator.createSagaOrder({ ...request, ...change }));
    expect(await answer).toBe(`INVALID_ARGUMENT ${field}`);
  });
});

describe('a checkout that fails', () => {
  it('because there is no such cart, is NOT_FOUND', async () => {
    const { request } = await newCustomer(world);
    const call = world.orchestrator.createSagaOrder({ ...request, cartId: 'another' });
    expect(await outcome(call)).toBe('NOT_FOUND CART_NOT_FOUND');
  });

  it('because a variant is not sold any more, is NOT_FOUND', async () => {
    const { request, userId } = await newCustomer(world);
    await world.simulation.putCart({ userId, cartId: 'cart', lines: [{ variantId: 'gone', quantity: 1 }] });
    expect(await outcome(world.orchestrator.createSagaOrder(request))).toBe('NOT_FOUND VARIANT_NOT_FOUND');
  });

  it('because a price has changed, is FAILED_PRECONDITION, with nothing taken', async () => {
    const { request, variants } = await newCustomer(world);
    const call = world.orchestrator.createSagaOrder({
      ...request,
      ...{ subtotal: 30, total: 32, paymentAmount: 32 },
    });
    expect(await outcome(call)).toBe('FAILED_PRECONDITION PRICE_CHANGED');
    expect(await stockOf(world, variants)).toEqual(untouched);
  });

  it('because the cart is no longer what the request says, is FAILED_PRECONDITION', async () => {
    const { request, variants } = await newCustomer(world);
    const items = [{ variantId: variants[0] ?? '', quantity: 5 }];
    expect(await outcome(world.orchestrator.createSagaOrder({ ...request, items }))).toBe(
      'FAILED_PRECONDITION CART_CHANGED',
    );
  });

  it('half-way through the reservation gives back what it took', async () => {
    const { request, userId, variants } = await newCustomer(world, [3, 0]);
    const call = world.orchestrator.createSagaOrder(request);
    expect(await outcome(call)).toBe('FAILED_PRECONDITION OUT_OF_STOCK');
    expect(await stockOf(world, variants)).toEqual([untouched[0], { available: 0, reserved: 0, sold: 0 }]);
    expect(await ordersOf(world, userId)).toEqual([]);
  });

  it('at the order releases the reservation, and leaves no half of an order', async () => {
    const { request, userId, variants } = await newCustomer(world);
    await world.pool.query(`alter table order_items add check (variant_id not like '${userId}-%')`);
    expect(await outcome(world.orchestrator.createSagaOrder(request))).toBe('UNAVAILABLE UNKNOWN');
    expect(await stockOf(world, variants)).toEqual(untouched);
    expect(await ordersOf(world, userId)).toEqual([]);
  });

  it('because the commit fails for good, cancels the order too', async () => {
    const { request, userId, variants } = await newCustomer(world);
    await failNext(world, 'Commit', Status.FAILED_PRECONDITION);
    expect(await outcome(world.orchestrator.createSagaOrder(request))).toBe('ABORTED RESERVATION_LOST');
    expect(await ordersOf(world, userId)).toEqual([{ status: 'CANCELLED', items: 2 }]);
    expect(await stockOf(world, variants)).toEqual(untouched);
  });

  it('because nobody knows what became of the commit, cancels the order and takes the sale back', async () => {
    const { request, userId, variants } = await newCustomer(world);
    await failNext(world, 'Commit', Status.INTERNAL, { times: 5, afterEffect: true });
    expect(await outcome(world.orchestrator.createSagaOrder(request))).toBe('UNAVAILABLE UNKNOWN');
    expect(await ordersOf(world, userId)).toEqual([{ status: 'CANCELLED', items: 2 }]);
    expect(await stockOf(world, variants)).toEqual(untouched);
  });

  it('is written to the log', () => {
    expect(world.services['orchestrator']?.output()).toContain('"status":"FAILED_PRECONDITION"');
  });
});

describe('a checkout under way', () => {
  it.each(['GetCart', 'GetVariants', 'Reserve', 'Commit'])('survives lost answers of %s', async (method) => {
    const { request, variants } = await newCustomer(world);
    await failNext(world, method, Status.UNAVAILABLE, { times: 2, afterEffect: true });
    expect(await outcome(world.orchestrator.createSagaOrder(request))).toBe('OK');
    expect(await stockOf(world, variants)).toEqual(sold);
  });

  it('makes one order where the connection is cut before the answer, and restored', async () => {
    const { request, userId } = await newCustomer(world);
    // The channel is warm: what comes back next is the answer of this order.
    world.proxy.cutAtNextAnswer();
    const call = outcome(world.orchestrator.createSagaOrder(request));
    await eventually(async () => expect(await ordersOf(world, userId)).toHaveLength(1));
    world.proxy.restore();
    expect(await call).toBe('OK');
    expect(await ordersOf(world, userId)).toEqual([{ status: 'CREATED', items: 2 }]);
  });

  it('is one, however often it is asked for, also at once', async () => {
    const { request, userId, variants } = await newCustomer(world);
    const ask = () => world.orchestrator.createSagaOrder(request, keyed('again'));
    const answers = await Promise.all(Array.from({ length: 10 }, ask));
    expect(new Set(answers.map(({ orderId }) => orderId)).size).toBe(1);
    expect(await ask()).toEqual(answers[0]);
    expect(await ordersOf(world, userId)).toHaveLength(1);
    expect(await stockOf(world, variants)).toEqual(sold);
  });

  it('refuses the same key for another request, and knows keys by their users', async () => {
    const [one, other] = [await newCustomer(world), await newCustomer(world)];
    await world.orchestrator.createSagaOrder(one.request, keyed('mine'));
    const changed = { ...one.request, shippingMethod: 'express' };
    expect(await outcome(world.orchestrator.createSagaOrder(changed, keyed('mine')))).toMatch(
      /^ALREADY_EXISTS/,
    );
    expect(await outcome(world.orchestrator.createSagaOrder(other.request, keyed('mine')))).toBe('OK');
  });

  it('is finished by the next orchestrator when this one is killed in the middle', async () => {
    const { request, userId, variants } = await newCustomer(world);
    world.proxy.cut();
    const call = outcome(world.orchestrator.createSagaOrder(request, keyed('killed')));
    await eventually(async () =>
      expect((await stockOf(world, variants)).map(({ reserved }) => reserved)).toEqual([2, 1]),
    );
    await world.services['orchestrator']?.kill();
    expect(await call).toMatch(/^UNAVAILABLE/);
    world.proxy.restore();
    await world.restart('orchestrator');
    await eventually(async () =>
      expect(await outcome(world.orchestrator.createSagaOrder(request, keyed('killed')))).toBe('OK'),
    );
    expect(await ordersOf(world, userId)).toEqual([{ status: 'CREATED', items: 2 }]);
    expect(await stockOf(world, variants)).toEqual(sold);
  });

  it('fails while the order service is away for good; when it is back, no order is left', async () => {
    const { request, userId, variants } = await newCustomer(world);
    await world.services['orders']?.stop();
    const answer = outcome(world.orchestrator.createSagaOrder(request, keyed('away')));
    const sagaId = checkoutIdOf(userId, 'away');
    await eventually(async () =>
      expect(await world.orchestrator.getSaga({ sagaId })).toMatchObject({ state: 'UNDOING' }),
    );
    await world.restart('orders');
    expect(await answer).toBe('UNAVAILABLE UNKNOWN');
    expect(await ordersOf(world, userId)).toEqual([]);
    expect(await stockOf(world, variants)).toEqual(untouched);
  });
});
