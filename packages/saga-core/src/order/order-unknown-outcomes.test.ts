import { describe, expect, test } from 'vitest';
import { type FakeShop, paying, reserved, type ShopOptions } from './fake-shop.js';

const MINUTE = 60_000;

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

describe('a refund that is pending', () => {
  async function cancelled(options: ShopOptions = {}): Promise<FakeShop> {
    const shop = await paying({ refund: 'pending', ...options });
    await shop.send('CANCEL');
    return shop;
  }
  const undo = async (shop: FakeShop) =>
    (await shop.runner.get(shop.id))?.steps.find(({ name }) => name === 'refund')?.status;

  test('is never shown as made, holds nothing else up, and ends the order when it is made', async () => {
    const shop = await cancelled();
    await shop.runner.advance(3 * 24 * 60 * MINUTE);
    expect(await shop.view()).toMatchObject({
      ...{ status: 'CANCELLED', payment: 'captured', saga: 'compensating', settled: false },
    });
    expect([await undo(shop), shop.stock]).toEqual(['awaiting', 'free']);
    await shop.refundEnds('made');
    expect(await shop.view()).toMatchObject({ payment: 'refunded', settled: true });
    expect(shop.money).toEqual({ status: 'refunded', captures: 1, refunds: 1 });
  });

  test('and fails after all parks the order, in plain sight; asked again it is made, once', async () => {
    const shop = await cancelled();
    await shop.refundEnds('failed');
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', payment: 'captured', saga: 'parked' });
    expect(await undo(shop)).toBe('parked');
    await shop.runner.retry(shop.id, { actor: 'admin' });
    await shop.runner.settle();
    expect(await undo(shop)).toBe('awaiting');
    await shop.refundEnds('made');
    expect(await shop.view()).toMatchObject({ payment: 'refunded', settled: true });
    expect(shop.money.refunds).toBe(1);
  });

  test('and is never heard of again parks; when it was made after all, a retry finds that out', async () => {
    const shop = await cancelled();
    await shop.runner.advance(11 * 24 * 60 * MINUTE);
    expect(await shop.view()).toMatchObject({ payment: 'captured', saga: 'parked' });
    shop.makeRefund();
    await shop.runner.retry(shop.id, { actor: 'admin' });
    await shop.runner.settle();
    expect(await shop.view()).toMatchObject({ payment: 'refunded', settled: true });
    expect(shop.money.refunds).toBe(1);
  });

  test('of one of two payments leaves the other refunded', async () => {
    const shop = await cancelled({
      split: [
        { payment: 'ok', amount: 1_000 },
        { payment: 'ok', amount: 500 },
      ],
    });
    shop.makeRefund('p2');
    await shop.runner.answer(`${shop.id}:undo:payment.captured:p2:1`, { output: { status: 'refunded' } });
    await shop.runner.settle();
    expect((await shop.runner.get(shop.id))?.openObligations.map(({ id }) => id)).toEqual([
      'payment.captured:p1',
    ]);
    await shop.refundEnds('made');
    expect(await shop.view()).toMatchObject({ payments: ['refunded', 'refunded'], settled: true });
  });
});

describe('an authorization that has run out', () => {
  test('is a payment that failed, when news of it comes', async () => {
    const shop = await paying({ payment: 'late' });
    await shop.send('AUTHORIZATION_EXPIRED', { paymentId: 'gw-1' });
    expect(await shop.view()).toMatchObject({ status: 'FAILED', code: 'PAYMENT_DECLINED', settled: true });
    expect([shop.stock, shop.told]).toEqual(['free', ['payment_failed']]);
  });

  test('is a payment that failed, when the capture is declined for it', async () => {
    const shop = await paying({ payment: 'expired' });
    expect(await shop.view()).toMatchObject({ status: 'FAILED', code: 'PAYMENT_DECLINED', settled: true });
    expect([shop.stock, shop.told, shop.money.captures]).toEqual(['free', ['payment_failed'], 0]);
  });

  test('is old news after the capture, and before a payment is asked for', async () => {
    const shop = await reserved();
    await shop.send('AUTHORIZATION_EXPIRED', { paymentId: 'gw-1' });
    await shop.send('PAY');
    await shop.send('AUTHORIZATION_EXPIRED', { paymentId: 'gw-1' });
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payment: 'captured' });
  });
});

describe('what the gateway tells more than once, or out of order', () => {
  test('counts once: the answer of the capture and the webhooks that mean the same', async () => {
    const shop = await paying();
    await shop.news('PAYMENT_SUCCEEDED', 'webhook-1');
    await shop.news('PAYMENT_SUCCEEDED', 'webhook-2');
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payment: 'captured' });
    await shop.send('CANCEL');
    await shop.news('PAYMENT_SUCCEEDED', 'webhook-3');
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', payment: 'refunded', settled: true });
    expect(shop.money).toEqual({ status: 'refunded', captures: 1, refunds: 1 });
  });

  test('counts once: the decline as an answer and as a webhook', async () => {
    const shop = await paying({ payment: 'declined' });
    await shop.news('PAYMENT_FAILED');
    expect(await shop.view()).toMatchObject({ status: 'FAILED', payment: 'declined', settled: true });
    expect([shop.told, shop.undone]).toEqual([['payment_failed'], ['releaseStock']]);
  });

  test('only moves forward: after a capture an older decline changes nothing, before PAID and after', async () => {
    const two = [
      { payment: 'ok' as const, amount: 1_000 },
      { payment: 'late' as const, amount: 500 },
    ];
    const shop = await paying({ split: two });
    await shop.news('PAYMENT_FAILED', 'old', 'p1');
    expect(await shop.view()).toMatchObject({
      ...{ status: 'PAYMENT_PENDING', payments: ['captured', 'authorized'] },
    });
    shop.captureLate('p2', 500);
    await shop.news('PAYMENT_SUCCEEDED', 'new', 'p2');
    await shop.news('PAYMENT_FAILED', 'older', 'p2');
    expect(await shop.view()).toMatchObject({ status: 'CONFIRMED', payments: ['captured', 'captured'] });
  });
});

describe('a cancel that races the payment', () => {
  test('before anything is authorized leaves nothing', async () => {
    const shop = await paying({ failing: { authorize: 1 } });
    await shop.send('CANCEL');
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', settled: true });
    expect([shop.money.captures, shop.stock]).toEqual([0, 'free']);
  });

  test('and is faster than the capture voids it', async () => {
    const shop = await paying({ payment: 'late' });
    await shop.send('CANCEL');
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', payment: 'voided', settled: true });
    expect(shop.money.status).toBe('voided');
  });

  test('and is slower than the capture, whose answer was lost, refunds it', async () => {
    const shop = await paying({ payment: 'lost' });
    await shop.send('CANCEL');
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', payment: 'refunded', settled: true });
    expect(shop.money).toEqual({ status: 'refunded', captures: 1, refunds: 1 });
  });
});

describe('the time to pay and the click', () => {
  const LAST_MOMENT = 30 * MINUTE - 1;

  test('a click in the last moment counts, and the timer that was armed for it does nothing', async () => {
    const shop = await reserved({ payment: 'late' });
    await shop.runner.advance(LAST_MOMENT);
    expect(await shop.send('PAY')).toMatchObject({ outcome: 'applied' });
    await shop.runner.advance(2);
    expect(await shop.view()).toMatchObject({ status: 'PAYMENT_PENDING' });
  });

  test('a click in the next one does not, and nothing is authorized', async () => {
    const shop = await reserved();
    await shop.runner.advance(LAST_MOMENT + 1);
    expect(await shop.send('PAY')).toMatchObject({ outcome: 'ignored' });
    expect(await shop.view()).toMatchObject({ status: 'CANCELLED', settled: true });
    expect(shop.runner.calls().some(({ step }) => step === 'authorize')).toBe(false);
  });
});
