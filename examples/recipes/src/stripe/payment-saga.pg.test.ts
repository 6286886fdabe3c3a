import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { createRunner } from '@countermand/runner-postgres';
import { checkSaga } from '@countermand/saga-core';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeStripe } from './fake-stripe.ts';
import { payment } from './payment-saga.ts';
import { receiveStripeWebhook } from './receive-stripe-webhook.ts';
import { stripeAdapters } from './stripe-adapters.ts';

const SECRET = 'whsec_test';
const fake = new FakeStripe();
const port = await fake.listen();
const stripe = new Stripe('sk_test_fake', {
  host: '127.0.0.1',
  port,
  protocol: 'http',
  maxNetworkRetries: 0,
});

let database: TestDatabase;
let runner: ReturnType<typeof openPayments>;
let receive: (request: Request) => Promise<Response>;

function openPayments(connection: string) {
  return createRunner({ connection, sagas: [payment], adapters: { payment: stripeAdapters(stripe) } });
}

beforeAll(async () => {
  database = await createEmptyDatabase();
  runner = openPayments(database.url);
  await runner.migrate();
  await runner.work();
  receive = receiveStripeWebhook(stripe, runner, SECRET);
});

afterAll(async () => {
  await runner?.stop();
  await fake.close();
  await database?.drop();
});

/** What Stripe would send. */
async function webhook(id: string, type: string, object: object, secret = SECRET): Promise<number> {
  const body = JSON.stringify({ id, object: 'event', type, data: { object } });
  const signature = stripe.webhooks.generateTestHeaderString({ payload: body, secret });
  const request = new Request('http://shop/webhooks/stripe', {
    method: 'POST',
    headers: { 'stripe-signature': signature },
    body,
  });
  return (await receive(request)).status;
}

const settled = async (id: string) => (await runner.waitFor(id, (saga) => saga.settled)).state;
const intentOf = (id: string) => fake.payments.all.filter(({ metadata }) => metadata['sagaId'] === id);

it('the check finds nothing wrong with the saga', () => {
  const { verdict, findings } = checkSaga(payment);
  expect(findings).toEqual([]);
  expect(verdict).not.toBe('broken');
});

describe('with answers that get lost twice', () => {
  it.each([
    ['paid', 'SHIP', /payment_intents$/],
    ['paid', 'SHIP', /confirm/],
    ['paid', 'SHIP', /capture/],
    ['unpaid', 'CANCEL', /cancel/],
    ['refunded', 'SHIP', /refunds/],
  ] as const)('a payment is %s after %s, at Stripe as in the ledger (%s)', async (end, event, of) => {
    const id = `lost-${end}-${of.source.replace(/\W/g, '')}`;
    fake.fail('answer lost', of, 2);
    await runner.start(payment, { orderId: id, cents: 4_900, paymentMethod: 'pm_card_visa' }, { id });
    await runner.waitFor(id, ({ state }) => state === 'authorized');
    await runner.send(id, { type: event });
    if (end === 'refunded') {
      await runner.waitFor(id, ({ state }) => state === 'paid');
      await runner.send(id, { type: 'CANCEL' });
      await runner.waitFor(id, ({ state }) => state === 'unpaid');
    }
    expect(await settled(id)).toBe(end === 'paid' ? 'paid' : 'unpaid');
    const intents = intentOf(id);
    expect(intents).toHaveLength(1);
    const { amount_received: taken, amount_capturable: held, latest_charge: charge } = intents[0] ?? {};
    expect({ held, kept: (taken ?? 0) - (charge?.amount_refunded ?? 0) }).toEqual({
      held: 0,
      kept: end === 'paid' ? 4_900 : 0,
    });
  });
});

it('a card that is declined ends unpaid, with nothing held', async () => {
  const id = 'declined';
  await runner.start(
    payment,
    { orderId: id, cents: 100, paymentMethod: 'pm_card_visa_chargeDeclined' },
    { id },
  );
  expect(await settled(id)).toBe('unpaid');
  expect(intentOf(id)).toMatchObject([{ amount_capturable: 0 }]);
});

describe('where the bank asks the customer', () => {
  const begin = async (id: string) => {
    const input = { orderId: id, cents: 100, paymentMethod: 'pm_card_threeDSecure2Required' };
    await runner.start(payment, input, { id });
    await expect.poll(() => intentOf(id)[0]?.status).toBe('requires_action');
    return intentOf(id)[0]?.id ?? '';
  };

  it('the webhook answers the step, once', async () => {
    const intent = await begin('asked');
    const answered = fake.payments.customerAnswers(intent, true);
    expect(await webhook('evt_1', 'payment_intent.amount_capturable_updated', answered)).toBe(202);
    expect(await webhook('evt_1', 'payment_intent.amount_capturable_updated', answered)).toBe(202);
    expect((await runner.waitFor('asked', ({ state }) => state === 'authorized')).id).toBe('asked');
  });

  it('a customer who is not the one ends it unpaid', async () => {
    const answered = fake.payments.customerAnswers(await begin('asked-no'), false);
    expect(await webhook('evt_2', 'payment_intent.payment_failed', answered)).toBe(202);
    expect(await settled('asked-no')).toBe('unpaid');
  });
});

it('an authorization that Stripe lets go ends it unpaid', async () => {
  const id = 'expired';
  await runner.start(payment, { orderId: id, cents: 100, paymentMethod: 'pm_card_visa' }, { id });
  await runner.waitFor(id, ({ state }) => state === 'authorized');
  fake.wait(8 * 24 * 60 * 60_000);
  const [intent] = intentOf(id);
  expect(intent?.status).toBe('canceled');
  expect(await webhook('evt_3', 'payment_intent.canceled', { ...intent })).toBe(202);
  expect(await settled(id)).toBe('unpaid');
});

it('a webhook that somebody else has signed is refused, and one of nobody here is not sent again', async () => {
  const strange = { id: 'pi_0', metadata: { sagaId: 'nobody' } };
  expect(await webhook('evt_4', 'payment_intent.canceled', strange, 'whsec_other')).toBe(401);
  expect(await webhook('evt_5', 'payment_intent.canceled', strange)).toBe(202);
});
