import { describe, expect, test } from 'vitest';
import { FakeShop, paying, reserved } from './fake-shop.js';
import { createOrderSaga } from './order-saga.js';

const MINUTE = 60_000;

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
  expect(() => createOrderSaga({ steps: { captuer: { timeoutMs: 1 } } })).toThrow(
    "order setting steps: no step is called 'captuer'; did you mean 'capture'?",
  );
});

test('settings and retries leave the fingerprint as it is', () => {
  const other = createOrderSaga({ paymentTimeoutMs: 1, steps: { capture: { retry: { attempts: 3 } } } });
  expect(other.fingerprint).toBe(createOrderSaga().fingerprint);
});
