import { describe, expect, test } from 'vitest';
import { type Behaviour, FakeShop, type ShopOptions } from './fake-shop.js';
import { createOrderSaga } from './order-saga.js';

const MINUTE = 60_000;

async function reserved(options: ShopOptions = {}): Promise<FakeShop> {
  const shop = new FakeShop(options);
  await shop.order();
  return shop;
}

/** An order whose customer has clicked pay. */
async function paying(options: ShopOptions = {}): Promise<FakeShop> {
  const shop = await reserved(options);
  await shop.send('PAY');
  return shop;
}

describe('an order that succeeds', () => {
  test('goes from CREATED to IN_TRANSIT, keeps money and stock, and tells the customer', async () => {
    const shop = await reserved();
    expect(await shop.view()).toMatchObject({ status: 'RESERVED', payment: 'pending' });
    await shop.send('PAY');
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payment: 'captured' });
    await shop.send('WAREHOUSE_PACKED', { parcelId: 'p' });
    expect(await shop.view()).toMatchObject({ status: 'SHIPPED' });
    await shop.send('CARRIER_SCANNED', { tracking: 't-1' });
    expect(await shop.view()).toEqual({
      status: 'IN_TRANSIT',
      payment: 'captured',
      code: undefined,
      saga: 'rest',
      settled: true,
    });
    expect([shop.money, shop.stock, shop.undone, shop.told]).toEqual([
      { status: 'captured', captures: 1, refunds: 0 },
      'sold',
      [],
      ['on_its_way'],
    ]);
    expect(await shop.runner.compensationPreview(shop.id)).toEqual([]);
    expect((await shop.runner.get(shop.id))?.openObligations).toMatchObject([
      { kind: 'payment.captured' },
      { kind: 'stock.sold' },
    ]);
  });

  test('publishes its life in order', async () => {
    const shop = await paying();
    await shop.send('WAREHOUSE_PACKED', { parcelId: 'p' });
    await shop.send('CARRIER_SCANNED', { tracking: 't-1' });
    expect(shop.runner.published(shop.id).map(({ event }) => event.type)).toEqual([
      'ORDER_CREATED',
      'ORDER_RESERVED',
      'ORDER_PAID',
      'ORDER_CONFIRMED',
      'ORDER_SHIPPED',
      'ORDER_IN_TRANSIT',
    ]);
  });

  test('takes a click on pay that comes before the stock is reserved', async () => {
    const shop = new FakeShop({ failing: { reserveStock: 2 } });
    await shop.order();
    expect(await shop.view()).toMatchObject({ status: 'CREATED' });
    expect(await shop.send('PAY')).toMatchObject({ outcome: 'deferred' });
    await shop.runner.advance(MINUTE);
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payment: 'captured' });
  });

  test('takes a second click, and the webhook after the answer, for nothing new', async () => {
    const shop = await paying();
    expect(await shop.send('PAY')).toMatchObject({ outcome: 'ignored', reason: 'IGNORED_ON_PURPOSE' });
    expect(await shop.news('PAYMENT_SUCCEEDED')).toMatchObject({ outcome: 'ignored' });
    expect(shop.money.captures).toBe(1);
  });

  test('is paid by the webhook when the answer of the capture is lost', async () => {
    const shop = await paying({ payment: 'lost' });
    expect(await shop.view()).toMatchObject({ status: 'PAYMENT_PENDING' });
    await shop.news('PAYMENT_SUCCEEDED');
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payment: 'captured' });
    await shop.send('WAREHOUSE_PACKED', { parcelId: 'p' });
    await shop.send('CARRIER_SCANNED', { tracking: 't-1' });
    expect(await shop.view()).toMatchObject({ status: 'IN_TRANSIT', settled: true });
    expect(shop.money).toEqual({ status: 'captured', captures: 1, refunds: 0 });
  });

  test('is paid at the payment deadline when the gateway says so, although no webhook came', async () => {
    const shop = await paying({ payment: 'lost' });
    await shop.runner.advance(16 * MINUTE);
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payment: 'captured' });
    expect(shop.money).toEqual({ status: 'captured', captures: 1, refunds: 0 });
  });

  test('reminds of a warehouse and a carrier that keep it waiting, again and again', async () => {
    const shop = await paying();
    const overdue = () => shop.runner.published(shop.id).flatMap(({ event }) => event['waitingFor'] ?? []);
    await shop.runner.advance(49 * 60 * MINUTE);
    expect(overdue()).toEqual(['warehouse', 'warehouse']);
    await shop.send('WAREHOUSE_PACKED', { parcelId: 'p' });
    await shop.runner.advance(25 * 60 * MINUTE);
    expect(overdue()).toEqual(['warehouse', 'warehouse', 'carrier']);
  });
});

describe('an order that fails or is cancelled', () => {
  const table: [string, () => Promise<FakeShop>, object][] = [
    [
      'CREATED, out of stock: FAILED, the customer is told',
      () => reserved({ outOfStock: true }),
      { status: 'FAILED', code: 'OUT_OF_STOCK', undone: [], told: ['out_of_stock'] },
    ],
    [
      'CREATED, the inventory never answers: FAILED, the stock is given back in case it was held',
      async () => {
        const shop = await reserved({ failing: { reserveStock: 1_000 } });
        await shop.runner.advance(MINUTE);
        return shop;
      },
      { status: 'FAILED', code: 'INVENTORY_ERROR', undone: ['releaseStock'], told: [] },
    ],
    [
      'RESERVED, a decline that the gateway confirms: FAILED, the stock is given back',
      async () => {
        const shop = await reserved({ payment: 'declined' });
        await shop.news('PAYMENT_FAILED');
        return shop;
      },
      { status: 'FAILED', code: 'PAYMENT_DECLINED', undone: ['releaseStock'], told: ['payment_failed'] },
    ],
    [
      'RESERVED, the time to pay passes: CANCELLED, the stock is given back',
      async () => {
        const shop = await reserved();
        await shop.runner.advance(30 * MINUTE);
        return shop;
      },
      { status: 'CANCELLED', code: undefined, undone: ['releaseStock'], told: [] },
    ],
    [
      'RESERVED, the customer cancels: CANCELLED, the stock is given back',
      async () => {
        const shop = await reserved();
        await shop.send('CANCEL');
        return shop;
      },
      { status: 'CANCELLED', code: undefined, undone: ['releaseStock'], told: [] },
    ],
    [
      'PAYMENT_PENDING, the payment is declined: FAILED, the stock is given back',
      () => paying({ payment: 'declined' }),
      { status: 'FAILED', code: 'PAYMENT_DECLINED', undone: ['releaseStock'], told: ['payment_failed'] },
    ],
    [
      'PAYMENT_PENDING, the deadline passes unpaid: FAILED, refund of nothing, void, release',
      async () => {
        const shop = await paying({ payment: 'silent' });
        await shop.runner.advance(16 * MINUTE);
        return shop;
      },
      {
        status: 'FAILED',
        code: 'PAYMENT_TIMEOUT',
        undone: ['refund', 'void', 'releaseStock'],
        told: ['payment_failed'],
      },
    ],
    [
      'PAYMENT_PENDING, the customer cancels while the capture is lost: CANCELLED, refunded, released',
      async () => {
        const shop = await paying({ payment: 'lost' });
        await shop.send('CANCEL');
        return shop;
      },
      { status: 'CANCELLED', code: undefined, undone: ['refund', 'releaseStock'], told: [] },
    ],
    [
      'PAID, the fraud check fails: FAILED, refunded, released',
      () => paying({ fraud: true }),
      { status: 'FAILED', code: 'FRAUD_CHECK_FAILED', undone: ['refund', 'releaseStock'], told: [] },
    ],
    [
      'PAID, the address is invalid: FAILED, refunded, released',
      () => paying({ badAddress: true }),
      { status: 'FAILED', code: 'ADDRESS_INVALID', undone: ['refund', 'releaseStock'], told: [] },
    ],
    [
      'CONFIRMED, the customer cancels: CANCELLED, refunded, released',
      async () => {
        const shop = await paying();
        await shop.send('CANCEL');
        return shop;
      },
      { status: 'CANCELLED', code: undefined, undone: ['refund', 'releaseStock'], told: [] },
    ],
  ];

  test.each(table)('%s', async (_title, story, expected) => {
    const shop = await story();
    const { status, code, settled } = await shop.view();
    expect({ status, code, undone: shop.undone, told: shop.told }).toEqual(expected);
    expect([settled, shop.stock, shop.money.captures - shop.money.refunds]).toEqual([true, 'free', 0]);
  });

  test('is not cancelled once it is shipped', async () => {
    const shop = await paying({ failing: { commitStock: 1 } });
    await shop.send('WAREHOUSE_PACKED', { parcelId: 'p' });
    expect(await shop.send('CANCEL')).toMatchObject({ outcome: 'ignored' });
    await shop.runner.advance(MINUTE);
    await shop.send('CARRIER_SCANNED', { tracking: 't-1' });
    expect(await shop.view()).toMatchObject({ status: 'IN_TRANSIT', settled: true });
  });

  test('is cancelled before its undo is confirmed, and says so of the money only afterwards', async () => {
    const shop = await paying({ failing: { refund: 3 } });
    await shop.send('CANCEL');
    expect(await shop.view()).toMatchObject({
      status: 'CANCELLED',
      payment: 'captured',
      saga: 'compensating',
    });
    await shop.runner.advance(MINUTE);
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', payment: 'refunded', settled: true });
  });

  test('parks when the refund cannot be made, gives the stock back all the same, and goes on after a retry', async () => {
    const shop = await paying({
      failing: { refund: 3 },
      settings: { undoRetry: { attempts: 2, initialDelayMs: 1, maxDelayMs: 1 } },
    });
    await shop.send('CANCEL');
    await shop.runner.advance(MINUTE);
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', payment: 'captured', saga: 'parked' });
    expect(shop.stock).toBe('free');
    await shop.runner.retry(shop.id, { actor: 'admin' });
    await shop.runner.advance(MINUTE);
    expect(await shop.view()).toMatchObject({ payment: 'refunded', settled: true });
    expect(shop.money.refunds).toBe(1);
  });
});

describe('an order with coupons', () => {
  const WITH = { coupons: ['WELCOME10'] };

  test('is paid with the discount taken off, and keeps the coupon', async () => {
    const shop = await reserved(WITH);
    expect(await shop.view()).toMatchObject({ status: 'RESERVED', discount: 199, total: 1_800 });
    await shop.send('PAY');
    await shop.send('WAREHOUSE_PACKED', { parcelId: 'p' });
    await shop.send('CARRIER_SCANNED', { tracking: 't-1' });
    expect(await shop.view()).toMatchObject({ status: 'IN_TRANSIT', coupons: ['applied'], settled: true });
    expect([shop.books['p1']?.kept, [...shop.usedCoupons]]).toEqual([1_800, ['WELCOME10']]);
  });

  test('uses each code once, and takes the next one off what is left', async () => {
    const shop = await reserved({ coupons: ['WELCOME10', 'WELCOME10', 'AUTUMN10'] });
    expect(await shop.view()).toMatchObject({ discount: 199 + 180, coupons: ['applied', 'applied'] });
  });

  test('goes on without one that is not valid, with a warning, unless it is to fail then', async () => {
    const shop = await reserved({ coupons: ['EXPIRED', 'WELCOME10'] });
    expect(await shop.view()).toMatchObject({ status: 'RESERVED', coupons: ['skipped', 'applied'] });
    expect(shop.runner.logs(shop.id)).toMatchObject([
      { label: 'warning', value: expect.stringContaining('EXPIRED') },
    ]);
  });

  test('gives one back that turns out to be invalid only when it is used', async () => {
    const shop = await reserved({ coupons: ['USED_UP'] });
    expect(await shop.view()).toMatchObject({ status: 'RESERVED', coupons: ['skipped'] });
    expect(shop.undone).toEqual(['cancelCoupon']);
    expect((await shop.runner.get(shop.id))?.openObligations).toMatchObject([{ kind: 'stock.reserved' }]);
  });

  test('that leave nothing to pay asks no gateway', async () => {
    const shop = await reserved({ coupons: ['GIFT'] });
    await shop.send('PAY');
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', discount: 1_999, total: 0 });
    expect(shop.runner.calls().filter(({ step }) => /authorize|capture/.test(step))).toEqual([]);
    await shop.send('CANCEL');
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', settled: true, coupons: ['cancelled'] });
  });

  const back = ['cancelCoupon', 'releaseStock'];
  const endings: [string, () => Promise<FakeShop>, object][] = [
    [
      'CREATED, one is not valid and the order is to fail then: FAILED, the others are given back',
      () => reserved({ coupons: ['WELCOME10', 'EXPIRED'], invalidCoupon: 'fail' }),
      { status: 'FAILED', code: 'COUPON_INVALID', undone: back },
    ],
    [
      'CREATED, promotions never answers: FAILED, the coupon is given back in case it was used',
      async () => {
        const shop = await reserved({ ...WITH, failing: { applyCoupon: 1_000 } });
        await shop.runner.advance(MINUTE);
        return shop;
      },
      { status: 'FAILED', code: 'SYSTEM_ERROR', undone: back },
    ],
    [
      'RESERVED, not paid in time: CANCELLED, the coupon is given back',
      async () => {
        const shop = await reserved(WITH);
        await shop.runner.advance(31 * MINUTE);
        return shop;
      },
      { status: 'CANCELLED', code: undefined, undone: back },
    ],
    [
      'PAYMENT_PENDING, declined: FAILED, the coupon is given back',
      () => paying({ ...WITH, payment: 'declined' }),
      { status: 'FAILED', code: 'PAYMENT_DECLINED', undone: back },
    ],
    [
      'CONFIRMED, the customer cancels: CANCELLED, refunded, the coupon is given back',
      async () => {
        const shop = await paying(WITH);
        await shop.send('CANCEL');
        return shop;
      },
      { status: 'CANCELLED', code: undefined, undone: ['refund', ...back] },
    ],
  ];

  test.each(endings)('%s', async (_title, story, expected) => {
    const shop = await story();
    const { status, code, settled } = await shop.view();
    expect({ status, code, undone: shop.undone }).toEqual(expected);
    expect([settled, shop.stock, [...shop.usedCoupons], shop.books['p1']?.kept]).toEqual([
      true,
      'free',
      [],
      0,
    ]);
  });
});

describe('an order that is paid by two payments', () => {
  const two = (first: Behaviour, second: Behaviour): ShopOptions => ({
    split: [
      { payment: first, amount: 1_000 },
      { payment: second, amount: 500 },
    ],
  });
  const steps = (shop: FakeShop) => shop.runner.calls().map(({ step }) => step);
  const kept = (shop: FakeShop) => Object.values(shop.books).map((booked) => booked.kept);

  test('authorizes both, then captures both', async () => {
    const shop = await paying(two('ok', 'ok'));
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payments: ['captured', 'captured'] });
    expect(steps(shop).filter((step) => /authorize|capture/.test(step))).toEqual([
      ...['authorize', 'authorize'],
      ...['capture', 'capture'],
    ]);
    expect(kept(shop)).toEqual([1_000, 500]);
  });

  test('takes neither when one is declined: the other is voided', async () => {
    const shop = await paying(two('ok', 'declined'));
    expect(await shop.view()).toMatchObject({
      ...{ status: 'FAILED', code: 'PAYMENT_DECLINED', settled: true },
      payments: ['voided', 'declined'],
    });
    expect([steps(shop).includes('capture'), kept(shop), shop.stock]).toEqual([false, [0, 0], 'free']);
  });

  test('keeps neither when one is declined at the capture: the other is refunded', async () => {
    const shop = await paying(two('ok', 'refused'));
    expect(await shop.view()).toMatchObject({
      ...{ status: 'FAILED', code: 'PAYMENT_DECLINED', settled: true },
      payments: ['refunded', 'voided'],
    });
    expect([kept(shop), shop.stock]).toEqual([[0, 0], 'free']);
    expect(shop.books['p2']).toMatchObject({ status: 'voided' });
  });

  test('refunds both when it is cancelled after it was paid', async () => {
    const shop = await paying(two('ok', 'ok'));
    await shop.send('CANCEL');
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', payments: ['refunded', 'refunded'] });
    expect(shop.undone).toEqual(['refund', 'refund', 'releaseStock']);
    expect(Object.values(shop.books).map(({ refunds }) => refunds)).toEqual([1, 1]);
  });

  test('waits for the one that is late, and is paid when both have arrived', async () => {
    const shop = await paying(two('ok', 'late'));
    expect(await shop.view()).toMatchObject({
      status: 'PAYMENT_PENDING',
      payments: ['captured', 'authorized'],
    });
    shop.captureLate('p2', 500);
    await shop.news('PAYMENT_SUCCEEDED', 'webhook', 'p2');
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payments: ['captured', 'captured'] });
  });

  test('fails at the deadline when one is missing: what was captured is refunded, late money too', async () => {
    const shop = await paying(two('ok', 'late'));
    await shop.runner.advance(16 * MINUTE);
    expect(await shop.view()).toMatchObject({
      ...{ status: 'FAILED', code: 'PAYMENT_TIMEOUT', settled: true },
      payments: ['refunded', 'voided'],
    });
    shop.captureLate('p2', 500);
    await shop.news('PAYMENT_SUCCEEDED', 'webhook', 'p2');
    expect(await shop.view()).toMatchObject({ payments: ['refunded', 'refunded'], settled: true });
    expect(kept(shop)).toEqual([0, 0]);
  });

  test('is paid at the deadline when the gateway has captured both, although one answer was lost', async () => {
    const shop = await paying(two('ok', 'lost'));
    await shop.runner.advance(16 * MINUTE);
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payments: ['captured', 'captured'] });
  });

  test('goes on to the capture when news says of one that it is captured while the other is authorized', async () => {
    const shop = await paying({ ...two('ok', 'ok'), failing: { authorize: 1 } });
    expect(await shop.view()).toMatchObject({
      status: 'PAYMENT_PENDING',
      payments: ['pending', 'authorized'],
    });
    shop.captureLate('p2', 500);
    await shop.news('PAYMENT_SUCCEEDED', 'webhook', 'p2');
    await shop.runner.advance(MINUTE);
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payments: ['captured', 'captured'] });
    expect(Object.values(shop.books).map(({ captures }) => captures)).toEqual([1, 1]);
  });

  test('has the discount taken off both in proportion', async () => {
    const shop = await paying({ ...two('ok', 'ok'), coupons: ['WELCOME10'] });
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', discount: 150, total: 1_350 });
    expect(kept(shop)).toEqual([900, 450]);
  });
});

describe('money that comes late', () => {
  const endings: [string, (shop: FakeShop) => Promise<unknown>, string][] = [
    ['after the deadline', (shop) => shop.runner.advance(16 * MINUTE), 'FAILED'],
    ['after a cancel', (shop) => shop.send('CANCEL'), 'CANCELLED'],
  ];

  test.each(endings)(
    '%s is refunded, once, however often the gateway says so',
    async (_title, end, status) => {
      const shop = await paying({ payment: 'late' });
      await end(shop);
      expect(await shop.view()).toMatchObject({ status, payment: 'voided', settled: true });
      shop.captureLate();
      await shop.news('PAYMENT_SUCCEEDED', 'webhook-1');
      await shop.news('PAYMENT_SUCCEEDED', 'webhook-1');
      await shop.news('PAYMENT_SUCCEEDED', 'webhook-2');
      expect(await shop.view()).toMatchObject({ status, payment: 'refunded', settled: true });
      expect(shop.money).toEqual({ status: 'refunded', captures: 1, refunds: 1 });
    },
  );

  test('is not believed when the payment is unknown: the gateway is asked, and nothing is refunded', async () => {
    const shop = await paying({ payment: 'late' });
    await shop.send('CANCEL');
    await shop.send('PAYMENT_SUCCEEDED', { paymentId: 'forged', amount: { amount: 1, currency: 'EUR' } });
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', payment: 'voided', settled: true });
    expect(shop.money.refunds).toBe(0);
    expect(shop.runner.calls().some(({ step }) => step === 'lookupPayment')).toBe(true);
  });

  test('of a payment that we had no id for is found by asking the gateway, and refunded', async () => {
    const shop = await paying({ failing: { authorize: 1_000 } });
    await shop.send('CANCEL');
    await shop.runner.advance(MINUTE);
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', settled: true });
    shop.captureLate();
    await shop.news('PAYMENT_SUCCEEDED');
    expect(await shop.view()).toMatchObject({ payment: 'refunded', settled: true });
    expect(shop.money).toEqual({ status: 'refunded', captures: 1, refunds: 1 });
  });

  test('is refunded when the void finds it captured', async () => {
    const shop = await paying({ payment: 'late', failing: { void: 1 } });
    await shop.send('CANCEL');
    shop.captureLate();
    await shop.runner.advance(MINUTE);
    expect(shop.undone).toEqual(['refund', 'void', 'refund', 'releaseStock']);
    expect(await shop.view()).toMatchObject({ payment: 'refunded', settled: true });
  });
});

describe('an administrator', () => {
  test('cancels a reserved order along its edge', async () => {
    const shop = await reserved();
    await shop.runner.override(shop.id, { to: 'CANCELLED', reason: 'asked by phone', actor: 'admin' });
    await shop.runner.settle();
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', settled: true });
  });

  test('cannot declare an order paid', async () => {
    const shop = await paying({ payment: 'late' });
    const request = { to: 'PAID', reason: 'I saw the money', actor: 'admin', force: true };
    await expect(shop.runner.override(shop.id, request)).rejects.toMatchObject({ code: 'OVERRIDE_REFUSED' });
  });
});

test('a setting that cannot be meant is refused', () => {
  expect(() => createOrderSaga({ paymentTimeoutMs: -1 })).toThrow(/paymentTimeoutMs/);
});

test('settings and retries leave the fingerprint as it is', () => {
  const other = createOrderSaga({ paymentTimeoutMs: 1, steps: { capture: { retry: { attempts: 3 } } } });
  expect(other.fingerprint).toBe(createOrderSaga().fingerprint);
});
