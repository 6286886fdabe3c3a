import { describe, expect, it } from 'vitest';
import { orderBody } from './testing/client.ts';
import { useServer } from './testing/use-server.ts';

/** Cents: 799.00 by two payments. */
const split = [50_000, 29_900];

/** Steps of the order's saga by name, with their status. */
async function stepsOf(server: ReturnType<ReturnType<typeof useServer>>, id: string): Promise<string[]> {
  const { body } = await server.get(`/api/sagas/${id}`, 'demo-admin');
  return (body['steps'] as { name: string; status: string }[]).map(({ name, status }) => `${name} ${status}`);
}

// Nothing is packed by itself, so that a cancel always finds the order before it is shipped.
describe('an order that is paid by two payments', () => {
  const server = useServer({ AUTO_FULFILMENT: 'false', LATE_PAYMENT_DELAY: '3s' });

  it('takes both', async () => {
    const id = await server().place('iphone-15', 1, { split });
    await server().pay(id, 'tok_ok', 'tok_ok');
    const order = await server().reaches(id, 'CONFIRMED');
    const captured = split.map((amount) => ({ amount: { amount, currency: 'EUR' }, status: 'captured' }));
    expect(order).toMatchObject({ total: { amount: 79_900 }, payments: captured });
    expect(new Set(order.payments.map(({ payment_id }) => payment_id)).size).toBe(2);
    expect(await server().ledger(id)).toMatchObject({ authorized: 0, captured: 79_900, captures: 2 });
  });

  it('takes none when one is declined: stock, coupon and the other are given back', async () => {
    const before = await server().stock('headphones');
    const id = await server().place('headphones', 1, { coupons: ['WELCOME10'], split: [10_000, 4_900] });
    await server().pay(id, 'tok_ok', 'tok_declined');
    const order = await server().settles(id, 'FAILED');
    expect(order.failure).toMatchObject({ code: 'PAYMENT_DECLINED', category: 'PAYMENT_FAILED' });
    const [first, second] = order.payments.map(({ status }) => status);
    // The decline may be there before the first is even asked for.
    expect(['voided', 'pending']).toContain(first);
    expect(second).toBe('declined');
    const none = { authorized: 0, captured: 0, refunded: 0, captures: 0, refunds: 0 };
    expect(await server().ledger(id)).toEqual(none);
    expect(await server().stock('headphones')).toEqual(before);
    expect(await stepsOf(server(), id)).toContain('cancelCoupon done');
  });

  it('gives both back when it is cancelled after it was paid', async () => {
    const id = await server().place('iphone-15', 1, { split });
    await server().pay(id, 'tok_ok', 'tok_ok');
    await server().reaches(id, 'CONFIRMED');
    expect(await server().post(`/api/orders/${id}/cancel`)).toMatchObject({ status: 202 });
    const order = await server().settles(id, 'CANCELLED');
    expect(order.payments.map(({ status }) => status)).toEqual(['refunded', 'refunded']);
    const both = { captured: 79_900, refunded: 79_900, captures: 2, refunds: 2 };
    expect(await server().ledger(id)).toEqual({ authorized: 0, ...both });
  });

  it('waits for the one that is late', async () => {
    const id = await server().place('iphone-15', 1, { split });
    await server().pay(id, 'tok_ok', 'tok_late');
    const order = await server().reaches(id, 'CONFIRMED');
    expect(order.payments.map(({ status }) => status)).toEqual(['captured', 'captured']);
    expect(await server().ledger(id)).toMatchObject({ captured: 79_900, refunded: 0, captures: 2 });
  });

  it('gives the late one back, too, when it is cancelled on the way', async () => {
    const id = await server().place('iphone-15', 1, { split });
    await server().pay(id, 'tok_ok', 'tok_late');
    const hasFirst = async () =>
      expect((await server().ledger(id))?.['captured']).toBeGreaterThanOrEqual(split[0] ?? 0);
    await server().eventually(hasFirst);
    await server().post(`/api/orders/${id}/cancel`);
    const both = { captured: 79_900, refunded: 79_900, captures: 2, refunds: 2 };
    await server().eventually(async () =>
      expect(await server().ledger(id)).toEqual({ authorized: 0, ...both }),
    );
    const order = await server().settles(id, 'CANCELLED');
    expect(order.payments.map(({ status }) => status)).toEqual(['refunded', 'refunded']);
  });

  it('is refused where the payments are not the total, or the tokens not one per payment', async () => {
    const body = orderBody('iphone-15', 1, { split: [50_000, 29_899] });
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const placed = await server().send('POST', '/api/orders', { body, headers });
    expect(placed).toMatchObject({ status: 422, body: { code: 'PAYMENTS_MISMATCH' } });
    const id = await server().place('iphone-15', 1, { split });
    expect(await server().post(`/api/orders/${id}/pay`, { tokens: ['tok_ok'] })).toMatchObject({
      status: 400,
    });
    expect(await server().post(`/api/orders/${id}/pay`, { tokens: ['tok_ok', 'tok_okay'] })).toMatchObject({
      ...{ status: 422, body: { code: 'PAYMENT_TOKEN_REFUSED' } },
    });
  });

  it('has its discount taken off both, the remainder off the first', async () => {
    const id = await server().place('usb-c-cable', 1, { coupons: ['WELCOME10'], split: [645, 645] });
    await server().pay(id, 'tok_ok', 'tok_ok');
    const order = await server().reaches(id, 'CONFIRMED');
    expect(order).toMatchObject({ discount: { amount: 129 }, total: { amount: 1_161 } });
    expect(order.payments.map(({ amount }) => amount.amount)).toEqual([580, 581]);
    expect(await server().ledger(id)).toMatchObject({ captured: 1_161, captures: 2 });
  });

  it('goes on at full price with a coupon that is not valid, and warns in the log', async () => {
    const id = await server().place('phone-case', 1, { coupons: ['EXPIRED'], split: [1_225, 1_225] });
    await server().pay(id, 'tok_ok', 'tok_ok');
    const order = await server().reaches(id, 'CONFIRMED');
    expect(order).toMatchObject({ total: { amount: 2_450 } });
    expect(order).not.toHaveProperty('discount');
    expect(server().output()).toContain('coupon EXPIRED is not valid');
  });

  it('is in no conflict with any invariant', async () => {
    expect(await server().invariantsHold()).toMatchObject({ ok: true });
  });
});

describe('an order whose coupons must be valid', () => {
  const server = useServer({ INVALID_COUPON: 'fail' });

  it('fails with one that is not, and gives back the others', async () => {
    const before = await server().stock('phone-case');
    const coupons = ['WELCOME10', 'EXPIRED'];
    const id = await server().place('phone-case', 1, { coupons, split: [1_225, 1_225] });
    const order = await server().settles(id, 'FAILED');
    expect(order.failure).toMatchObject({ code: 'COUPON_INVALID' });
    expect(await server().stock('phone-case')).toEqual(before);
    expect(await stepsOf(server(), id)).toContain('cancelCoupon done');
  });

  it('is paid at the discounted price with one that is', async () => {
    const id = await server().place('phone-case', 1, { coupons: ['WELCOME10'] });
    await server().pay(id, 'tok_ok');
    const order = await server().settles(id, 'IN_TRANSIT');
    expect(order).toMatchObject({ discount: { amount: 245 }, total: { amount: 2_205 } });
    expect(await server().ledger(id)).toMatchObject({ captured: 2_205, captures: 1 });
  });
});
