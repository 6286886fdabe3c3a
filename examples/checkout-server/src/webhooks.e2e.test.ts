import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { sourceFlags } from '@countermand/test-kit';
import { describe, expect, it } from 'vitest';
import { useServer } from './testing/use-server.ts';

const rotated = 'whsec_cm90YXRlZC1zZWNyZXQtb2YtdGhlLXNob3A=';
const demo = 'whsec_Y291bnRlcm1hbmQtZGVtby1zZWNyZXQtbm90LWZvci11c2U=';
const server = useServer({
  WEBHOOK_SECRET: `${demo},${rotated}`,
  AUTO_FULFILMENT: 'false',
  LATE_PAYMENT_DELAY: '5s',
});
const amount = { amount: 2_450, currency: 'EUR' };
const payment = (order_id: string, data: object = {}) => ({
  type: 'payment.succeeded',
  data: { order_id, payment_id: 'pay_unknown', amount, ...data },
});

describe('the document', () => {
  it('tells what headers and what body each webhook has', async () => {
    const { body } = await server().get('/openapi.json');
    const paths = body['paths'] as Record<string, { post: Record<string, unknown> }>;
    for (const sender of ['payments', 'warehouse', 'carrier']) {
      const { parameters, requestBody } = paths[`/webhooks/${sender}`]?.post ?? {};
      expect((parameters as { name: string }[]).map(({ name }) => name)).toEqual([
        ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
      ]);
      expect(JSON.stringify(requestBody)).toContain('order_id');
    }
  });
});

describe('pnpm webhook', () => {
  const script = fileURLToPath(new URL('./send-webhook.ts', import.meta.url));
  const run = (...args: string[]) =>
    new Promise<{ code: number | null; printed: string }>((resolve) => {
      const env = { ...process.env, ...server().env };
      const command = [...sourceFlags, script, ...args];
      execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, printed: stdout + stderr }),
      );
    });

  it('signs a webhook and sends it; what it cannot mean it says in words', async () => {
    const id = await server().place('phone-case');
    await server().pay(id, 'tok_ok');
    await server().reaches(id, 'CONFIRMED');
    const sent = await run('warehouse.packed', `order_id=${id}`, 'parcel_id=par_1');
    expect(sent).toMatchObject({ code: 0, printed: expect.stringMatching(/^202 /) });
    await server().reaches(id, 'SHIPPED');
    const refused = await run('warehouse.packed', `order_id=${id}`);
    expect(refused).toMatchObject({ code: 1, printed: expect.stringContaining('data.parcel_id') });
  });
});

describe('a webhook', () => {
  it('is stored when it is signed with one of the secrets, and applied once', async () => {
    const { place, pay, reaches, webhook, history } = server();
    const id = await place('phone-case');
    await pay(id, 'tok_ok');
    await reaches(id, 'CONFIRMED');
    const packed = { type: 'warehouse.packed', data: { order_id: id, parcel_id: 'par_1' } };
    const message = `msg_${randomUUID()}`;
    for (let n = 0; n < 3; n += 1) {
      expect((await webhook('warehouse', packed, { id: message, secret: rotated })).status).toBe(202);
    }
    await reaches(id, 'SHIPPED');
    const taken = (await history(id)).filter(
      ({ event, outcome }) => event === 'WAREHOUSE_PACKED' && outcome === 'applied',
    );
    expect(taken).toMatchObject([
      { outcome: 'applied', from: 'CONFIRMED', to: 'SHIPPED', actor: 'webhook:warehouse' },
    ]);
  });

  it.each([
    ['without a signature', { headers: { 'webhook-signature': '' } }],
    ['with a signature of another secret', { secret: 'whsec_bm90LWEtc2VjcmV0LW9mLXRoZS1zaG9w' }],
    ['with another id than was signed', { headers: { 'webhook-id': 'msg_other' } }],
    ['made 301 s ago', { agoS: 302 }],
    ['made 301 s ahead', { agoS: -303 }],
  ])('%s is refused, whatever it says', async (_what, options) => {
    const refused = { status: 401, body: { code: 'WEBHOOK_SIGNATURE_INVALID' } };
    expect(await server().webhook('payments', payment(randomUUID()), options)).toMatchObject(refused);
    const answer = await server().webhook('payments', 'not even JSON', options);
    expect(answer).toMatchObject(refused);
    expect(answer.headers.get('www-authenticate')).toContain('webhook-signature');
  });

  it.each<[string, string, unknown, string]>([
    ['of an unknown type', 'payments', { type: 'payment.doubled', data: {} }, 'WEBHOOK_TYPE_UNKNOWN'],
    ['of a type that belongs elsewhere', 'carrier', payment('x'), 'WEBHOOK_TYPE_UNKNOWN'],
    [
      "of one of the machine's own types",
      'payments',
      { type: 'xstate.done.actor.x', data: {} },
      'WEBHOOK_TYPE_UNKNOWN',
    ],
    ['without a type', 'payments', {}, 'WEBHOOK_TYPE_UNKNOWN'],
    ['that is no JSON', 'payments', 'x', 'BODY_INVALID'],
    ['with __proto__', 'payments', '{"__proto__":1,"type":"payment.succeeded"}', 'BODY_INVALID'],
    ['with a field too many', 'payments', payment('x', { more: 1 }), 'BODY_INVALID'],
    [
      'with an amount that is no whole number',
      'payments',
      payment('x', { amount: { amount: 1.5, currency: 'EUR' } }),
      'BODY_INVALID',
    ],
  ])('%s is refused', async (_what, sender, body, code) => {
    expect(await server().webhook(sender, body)).toMatchObject({ status: 400, body: { code } });
  });

  it('about an authorization of an unknown order is taken: none that begins later can have it', async () => {
    const data = { order_id: randomUUID(), payment_id: 'pay_unknown' };
    const expired = { type: 'payment.authorization_expired', data };
    expect((await server().webhook('payments', expired)).status).toBe(202);
  });

  it.each(['', 'x y', '../..', '💶', "'; drop table x; --", 'x'.repeat(5_000), randomUUID()])(
    'about an unknown order is kept, whatever stands for it: %j',
    async (orderId) => {
      const id = `msg_${randomUUID()}`;
      expect((await server().webhook('payments', payment(orderId), { id })).status).toBe(202);
      expect((await server().webhook('payments', payment(orderId), { id })).status).toBe(202);
    },
  );

  it('about money that nobody knows is asked about, not believed', async () => {
    const { place, pay, reaches, webhook, order, ledger } = server();
    const id = await place('phone-case');
    await reaches(id, 'RESERVED');
    await webhook('payments', payment(id));
    expect((await order(id)).status).toBe('RESERVED');
    await pay(id, 'tok_late');
    await reaches(id, 'PAYMENT_PENDING');
    const { payments } = await reaches(id, 'PAYMENT_PENDING');
    await webhook(
      'payments',
      payment(id, { payment_id: payments[0]?.payment_id ?? '', amount: { amount: 1, currency: 'EUR' } }),
    );
    expect((await order(id)).payments[0]?.status).not.toBe('captured');
    await reaches(id, 'CONFIRMED');
    expect(await ledger(id)).toMatchObject({ captured: 2_450, captures: 1 });
  });
});
