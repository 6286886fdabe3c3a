import { describe, expect, it } from 'vitest';
import { useServer } from './testing/use-server.ts';

/** An order that is paid and then cancelled; its refund goes as the token says. */
function shop() {
  // Nothing is packed by itself, so that a cancel always finds the order before it is shipped.
  const server = useServer({ AUTO_FULFILMENT: 'false' });
  async function cancelled(token: string): Promise<string> {
    const id = await server().place('phone-case');
    await server().pay(id, token);
    await server().reaches(id, 'CONFIRMED');
    expect(await server().post(`/api/orders/${id}/cancel`)).toMatchObject({
      ...{ status: 202, body: { status: 'CANCELLED' } },
    });
    return id;
  }
  async function parks(id: string): Promise<void> {
    await server().eventually(async () =>
      expect(await server().order(id)).toMatchObject({
        ...{ status: 'CANCELLED', saga: { status: 'PARKED' }, payments: [{ status: 'captured' }] },
      }),
    );
  }
  const events = async (id: string) => (await server().history(id)).map(({ event }) => event);
  return { server, cancelled, parks, events };
}

describe('a refund', () => {
  const { server, cancelled, parks, events } = shop();

  it('that is pending is not shown as made before the gateway has made it', async () => {
    const id = await cancelled('tok_refund_pending');
    const untrue: unknown[] = [];
    const settled = async () => {
      // The order is read first: what it says must be in the book by then.
      const order = await server().order(id);
      const book = await server().ledger(id);
      if (order.payments[0]?.status === 'refunded' && book?.['refunded'] !== 2_450) untrue.push(book);
      expect(order).toMatchObject({ saga: { settled: true }, payments: [{ status: 'refunded' }] });
    };
    await server().eventually(settled);
    expect(untrue).toEqual([]);
    const seen = await events(id);
    expect(seen.indexOf('refund.awaiting')).toBeGreaterThan(0);
    expect(seen.indexOf('refund.done')).toBeGreaterThan(seen.indexOf('refund.awaiting'));
    expect(await server().ledger(id)).toMatchObject({ captured: 2_450, refunded: 2_450, refunds: 1 });
  });

  it('that fails after it was pending parks the order; asked for again it is made, once', async () => {
    const id = await cancelled('tok_refund_fails');
    await parks(id);
    expect(await server().ledger(id)).toMatchObject({ captured: 2_450, refunded: 0 });
    const { status } = await server().post(`/api/sagas/${id}/retry`, {}, 'demo-admin');
    expect(status).toBe(202);
    const order = await server().settles(id, 'CANCELLED');
    expect(order.payments).toMatchObject([{ status: 'refunded' }]);
    expect(await server().ledger(id)).toMatchObject({ refunded: 2_450, refunds: 1 });
  });

  it('that fails for ever is never shown as made, and gives the stock back all the same', async () => {
    const id = await cancelled('tok_refund_stuck');
    await parks(id);
    await server().eventually(async () => expect(await events(id)).toContain('releaseStock.done'));
    await server().post(`/api/sagas/${id}/retry`, {}, 'demo-admin');
    await server().eventually(async () =>
      expect((await events(id)).filter((event) => event === 'refund.unknown')).toHaveLength(2),
    );
    await parks(id);
  });

  it('that is refused for a while is tried again until it is made, once', async () => {
    const id = await server().place('phone-case');
    await server().pay(id, 'tok_ok');
    await server().reaches(id, 'CONFIRMED');
    const fault = { service: 'payments', mode: 'down', count: 3 };
    const { ok } = await fetch(`${server().participantsUrl}/dev/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    expect(ok).toBe(true);
    await server().post(`/api/orders/${id}/cancel`);
    const order = await server().settles(id, 'CANCELLED', 60_000);
    expect(order.payments).toMatchObject([{ status: 'refunded' }]);
    expect(await server().ledger(id)).toMatchObject({ captured: 2_450, refunded: 2_450, refunds: 1 });
  });

  it('that nobody asked for is told of in vain', async () => {
    const id = await server().place('phone-case');
    const amount = { amount: 2_450, currency: 'EUR' };
    for (const key of [`${id}:undo:payment.captured:p1:1`, `${id}:reserveStock:1`, 'another:undo']) {
      const data = { order_id: id, payment_id: 'pay_1', amount, refund_id: 'ref_1', key };
      const answer = await server().webhook('payments', { type: 'refund.succeeded', data });
      expect(answer).toMatchObject({ status: 202 });
    }
    const order = await server().reaches(id, 'RESERVED');
    expect(order.payments).toMatchObject([{ status: 'pending' }]);
  });

  it('is in no conflict with any invariant, whatever became of it', async () => {
    expect(await server().invariantsHold()).toMatchObject({ ok: true });
  });
});

describe('what the gateway tells', () => {
  const server = useServer({ AUTO_FULFILMENT: 'false' });

  it('of an authorization that has run out fails the order: nothing is taken, the stock goes back', async () => {
    const before = await server().stock('phone-case');
    const id = await server().place('phone-case');
    await server().pay(id, 'tok_expires');
    const order = await server().settles(id, 'FAILED');
    expect(order.failure).toMatchObject({ code: 'PAYMENT_DECLINED', category: 'PAYMENT_FAILED' });
    expect(await server().ledger(id)).toMatchObject({ authorized: 0, captured: 0, captures: 0 });
    expect(await server().stock('phone-case')).toEqual(before);
    await server().notifies(id, 'payment_failed');
  });

  it('by two webhooks that mean the same, and by an old decline, changes nothing after the capture', async () => {
    const id = await server().place('phone-case');
    await server().pay(id, 'tok_ok');
    const order = await server().reaches(id, 'CONFIRMED');
    const data = {
      ...{ order_id: id, payment_id: order.payments[0]?.payment_id },
      amount: { amount: 2_450, currency: 'EUR' },
    };
    for (const type of ['payment.succeeded', 'payment.succeeded', 'payment.failed']) {
      expect(await server().webhook('payments', { type, data })).toMatchObject({ status: 202 });
    }
    expect(await server().order(id)).toMatchObject({
      ...{ status: 'CONFIRMED', payments: [{ status: 'captured' }] },
    });
    await server().post(`/api/orders/${id}/cancel`);
    await server().settles(id, 'CANCELLED');
    expect(await server().ledger(id)).toMatchObject({ captures: 1, refunds: 1 });
  });
});
