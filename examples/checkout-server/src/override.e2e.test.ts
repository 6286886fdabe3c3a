import { describe, expect, it } from 'vitest';
import { useServer } from './testing/use-server.ts';

const server = useServer({ AUTO_FULFILMENT: 'false' });
const reason = 'the customer called';
const override = (id: string, status: string, more: object = {}) =>
  server().send('PATCH', `/api/orders/${id}/status`, {
    token: 'demo-admin',
    body: { status, reason, ...more },
  });

describe('an override by an administrator', () => {
  it('follows an edge of the machine, compensates, and stands in the history', async () => {
    const { place, pay, reaches, settles, ledger, history } = server();
    const id = await place('phone-case');
    await pay(id, 'tok_ok');
    await reaches(id, 'CONFIRMED');
    expect(await override(id, 'CANCELLED')).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    await settles(id, 'CANCELLED');
    expect(await ledger(id)).toMatchObject({ captured: 2_450, refunded: 2_450 });
    expect(await history(id)).toContainEqual(
      expect.objectContaining({
        event: 'OVERRIDE',
        from: 'CONFIRMED',
        to: 'CANCELLED',
        actor: 'admin',
        reason,
      }),
    );
  });

  it('never says that stock is reserved or money paid, and names what is possible', async () => {
    const { place, reaches } = server();
    const id = await place('phone-case');
    await reaches(id, 'RESERVED');
    for (const status of ['PAID', 'RESERVED', 'SHIPPED']) {
      const answer = await override(id, status, { force: true });
      expect(answer).toMatchObject({ status: 409, body: { code: 'OVERRIDE_REFUSED' } });
      const possible = answer.body['possible'];
      expect(possible).toEqual(expect.arrayContaining(['PAYMENT_PENDING', 'FAILED', 'CANCELLED']));
      expect(possible).not.toContain('PAID');
      expect(possible).not.toContain('RESERVED');
    }
    expect((await server().order(id)).status).toBe('RESERVED');
  });

  it('is refused after the order has shipped, where nothing is possible any more', async () => {
    const { place, pay, reaches } = server();
    const id = await place('phone-case');
    await pay(id, 'tok_ok');
    await reaches(id, 'CONFIRMED');
    // Packed by hand: the pick list and the invoice are there by then.
    await server().eventually(async () => expect((await override(id, 'SHIPPED')).status).toBe(200));
    await reaches(id, 'SHIPPED');
    expect(await override(id, 'CANCELLED', { force: true })).toMatchObject({
      status: 409,
      body: { possible: [] },
    });
  });

  it('needs a status that exists and a reason', async () => {
    const id = await server().place('phone-case');
    expect((await override(id, 'DELIVERED')).status).toBe(400);
    expect((await override(id, 'CANCELLED', { reason: '' })).status).toBe(400);
    expect((await override(id, 'CANCELLED', { force: 'yes' })).status).toBe(400);
  });
});

describe('what administrators see of a saga', () => {
  it('says what would be undone now, in order', async () => {
    const { place, pay, reaches, get } = server();
    const id = await place('phone-case');
    await pay(id, 'tok_ok');
    await reaches(id, 'CONFIRMED');
    const { body } = await get(`/api/sagas/${id}/compensation-preview`, 'demo-admin');
    expect(body['items']).toEqual([
      {
        obligation: 'payment.captured:p1',
        undo: 'refund',
        certainty: 'open',
        amount: { amount: 2_450, currency: 'EUR' },
      },
      { obligation: `stock.reserved:${id}`, undo: 'releaseStock', certainty: 'open' },
    ]);
  });

  it('shows its steps and what can come next; nothing of it is retried or skipped while it is not parked', async () => {
    const { place, reaches, get, post } = server();
    const id = await place('phone-case');
    await reaches(id, 'RESERVED');
    const { body } = await get(`/api/sagas/${id}`, 'demo-admin');
    expect(body).toMatchObject({
      type: 'order',
      status: 'STARTED',
      settled: false,
      current_step: null,
      steps: [{ id: 'reserveStock:1', name: 'reserveStock', visit: 1, status: 'done', attempts: 1 }],
    });
    expect(body['next']).toContainEqual({ event: 'PAY', to: 'PAYMENT_PENDING' });
    expect(await post(`/api/sagas/${id}/retry`, {}, 'demo-admin')).toMatchObject({
      status: 409,
      body: { code: 'NOT_PARKED' },
    });
    const skip = { step_id: 'reserveStock:1', reason };
    expect((await post(`/api/sagas/${id}/skip`, skip, 'demo-admin')).status).toBe(409);
  });
});
