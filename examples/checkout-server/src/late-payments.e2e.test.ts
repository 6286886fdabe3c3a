import { describe, expect, it } from 'vitest';
import { useServer } from './testing/use-server.ts';

const refundedOnce = { authorized: 0, captured: 79_900, refunded: 79_900, captures: 1, refunds: 1 };

describe('money that comes after', () => {
  const server = useServer({ LATE_PAYMENT_DELAY: '3s' });

  it('a cancel is refunded, once', async () => {
    const { place, pay, reaches, settles, post, ledger } = server();
    const id = await place();
    await pay(id, 'tok_late');
    await reaches(id, 'PAYMENT_PENDING');
    await post(`/api/orders/${id}/cancel`);
    await settles(id, 'CANCELLED');
    await server().eventually(async () => expect(await ledger(id)).toEqual(refundedOnce));
    const order = await settles(id, 'CANCELLED');
    expect(order.payments).toMatchObject([{ status: 'refunded' }]);
    expect(await server().stock('iphone-15')).toMatchObject({ reserved: 0, sold: 0 });
  });

  it('a lost answer, by webhook, pays the order', async () => {
    const { place, pay, settles, ledger } = server();
    const id = await place('phone-case');
    await pay(id, 'tok_lost');
    const order = await settles(id, 'IN_TRANSIT', 60_000);
    expect(order.payments).toMatchObject([{ status: 'captured' }]);
    expect(await ledger(id)).toMatchObject({ captured: 2_450, refunded: 0, captures: 1 });
  });

  it('a lost answer and a cancel is refunded, once', async () => {
    const { place, pay, reaches, settles, post, ledger } = server();
    const id = await place();
    await pay(id, 'tok_lost');
    await server().eventually(async () => expect(await ledger(id)).toMatchObject({ captured: 79_900 }));
    await reaches(id, 'PAYMENT_PENDING');
    await post(`/api/orders/${id}/cancel`);
    const order = await settles(id, 'CANCELLED', 60_000);
    expect(order.payments).toMatchObject([{ status: 'refunded' }]);
    expect(await ledger(id)).toEqual(refundedOnce);
  });

  it('is in no conflict with any invariant', async () => {
    expect(await server().invariantsHold()).toMatchObject({ ok: true });
  });
});

describe('money that does not come within its time', () => {
  const server = useServer({ LATE_PAYMENT_DELAY: '6s', PAYMENT_TIMEOUT: '2s' });

  it('fails the order, and is refunded, once, when it comes after all', async () => {
    const { place, pay, settles, ledger, notifies } = server();
    const id = await place();
    await pay(id, 'tok_late');
    const failed = await settles(id, 'FAILED');
    expect(failed.failure).toMatchObject({ code: 'PAYMENT_TIMEOUT', category: 'PAYMENT_FAILED' });
    expect(failed.payments).toMatchObject([{ status: 'voided' }]);
    await server().eventually(async () => expect(await ledger(id)).toEqual(refundedOnce));
    const order = await settles(id, 'FAILED');
    expect(order.payments).toMatchObject([{ status: 'refunded' }]);
    await notifies(id, 'payment_failed');
  });

  it('pays the order where the gateway, asked at the deadline, says that it has come', async () => {
    const { place, pay, settles, ledger, history } = server();
    const id = await place();
    await pay(id, 'tok_lost');
    const order = await settles(id, 'IN_TRANSIT', 60_000);
    expect(order.payments).toMatchObject([{ status: 'captured' }]);
    expect(await ledger(id)).toMatchObject({ captured: 79_900, refunded: 0 });
    const paid = (await history(id)).find(({ from, to }) => from === 'PAYMENT_PENDING' && to === 'PAID');
    expect(paid).toMatchObject({ actor: expect.not.stringContaining('webhook') });
  });

  it('is in no conflict with any invariant', async () => {
    expect(await server().invariantsHold()).toMatchObject({ ok: true });
  });
});

describe('an order that nobody pays', () => {
  const server = useServer({ RESERVATION_TTL: '1s' });

  it('is cancelled when its reservation is over, and its stock goes back', async () => {
    const { place, settles } = server();
    const id = await place('limited-edition', 10);
    await settles(id, 'CANCELLED');
    expect(await server().stock('limited-edition')).toMatchObject({ available: 10, reserved: 0, sold: 0 });
  });
});
