import { describe, expect, test } from 'vitest';
import { type Behaviour, type FakeShop, paying, reserved, type ShopOptions } from './fake-shop.js';

const MINUTE = 60_000;

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
