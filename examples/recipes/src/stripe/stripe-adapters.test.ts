import { isLater, readProbeAnswer } from '@countermand/saga-core';
import { adapterContract } from '@countermand/saga-core/testing';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeStripe } from './fake-stripe.ts';
import { authorize, capture, openPayment, refund, voidAuthorization } from './payment-steps.ts';
import { stripeAdapters } from './stripe-adapters.ts';

const fake = new FakeStripe();
const port = await fake.listen();
const stripe = new Stripe('sk_test_fake', {
  host: '127.0.0.1',
  port,
  protocol: 'http',
  maxNetworkRetries: 0,
});
const adapters = stripeAdapters(stripe);
afterAll(() => fake.close());

let calls = 0;
/** What an adapter is called with; the key is another one for each call, unless it is given. */
function call<Input>(input: Input, idempotencyKey = `saga:step:${calls++}`, attempt = 1) {
  const { signal } = new AbortController();
  const heartbeat = () => undefined;
  return { input, idempotencyKey, attempt, timeoutMs: 5_000, signal, sagaId: 's', heartbeat, trace: {} };
}

async function opened(): Promise<string> {
  const input = { orderId: 'o-1', cents: 4_900, currency: 'eur' };
  return (await adapters.openPayment(call(input))).paymentIntent;
}

async function authorized(paymentMethod = 'pm_card_visa'): Promise<string> {
  const paymentIntent = await opened();
  await adapters.authorize.run(call({ paymentIntent, paymentMethod }));
  return paymentIntent;
}

// #region contract
/** The kit asks for inputs without waiting: these intents are opened before its tests run. */
const intents: string[] = [];
beforeAll(async () => {
  for (let count = 0; count < 40; count += 1) intents.push(await opened());
});
const fresh = (paymentMethod = 'pm_card_visa') => ({ paymentIntent: intents.pop() ?? '', paymentMethod });

adapterContract(
  { describe, it, expect },
  {
    step: authorize,
    adapter: adapters.authorize,
    input: () => fresh(),
    declined: () => fresh('pm_card_visa_chargeDeclined'),
    effects: (input) =>
      Number(fake.payments.get((input as { paymentIntent: string }).paymentIntent).amount_capturable > 0),
    undo: { step: voidAuthorization, adapter: adapters.voidAuthorization, input: (input) => input },
  },
);
// #endregion contract

describe('captured money', () => {
  const ready: string[] = [];
  const expired: string[] = [];
  beforeAll(async () => {
    for (let count = 0; count < 20; count += 1) ready.push(await authorized());
    for (let count = 0; count < 2; count += 1) expired.push(await authorized());
    for (const id of expired) await stripe.paymentIntents.cancel(id);
  });
  adapterContract(
    { describe, it, expect },
    {
      step: capture,
      adapter: adapters.capture,
      input: () => ({ paymentIntent: ready.pop() ?? '' }),
      declined: () => ({ paymentIntent: expired.pop() ?? '' }),
      effects: (input) => {
        const intent = fake.payments.get((input as { paymentIntent: string }).paymentIntent);
        return Number(intent.amount_received > (intent.latest_charge?.amount_refunded ?? 0));
      },
      undo: { step: refund, adapter: adapters.refund, input: (input) => input },
    },
  );
});

adapterContract(
  { describe, it, expect },
  {
    step: openPayment,
    adapter: adapters.openPayment,
    input: () => ({ orderId: `o-${calls++}`, cents: 100, currency: 'eur' }),
    effects: (input) =>
      fake.payments.all.filter(
        ({ metadata }) => metadata['orderId'] === (input as { orderId: string }).orderId,
      ).length,
  },
);

describe('the adapters of Stripe', () => {
  it.each([
    ['pm_card_visa_chargeDeclined', 'CARD_DECLINED'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'INSUFFICIENT_FUNDS'],
  ])('a card that is declined (%s) is a value', async (paymentMethod, code) => {
    const answer = adapters.authorize.run(call({ paymentIntent: await opened(), paymentMethod }));
    expect(await answer).toMatchObject({ code });
  });

  it.each(['rate limited', 'error before the work', 'error after the work'] as const)(
    'what may be tried again is thrown: %s',
    async (fault) => {
      const paymentIntent = await authorized();
      fake.fail(fault, /capture/);
      await expect(adapters.capture.run(call({ paymentIntent }))).rejects.toThrow();
    },
  );

  it('a key that is in use by a request under way is thrown, and works later', async () => {
    const paymentIntent = await authorized();
    const { promise, resolve } = Promise.withResolvers<void>();
    fake.held = promise;
    const first = adapters.capture.run(call({ paymentIntent }, 'twice-at-once'));
    await expect.poll(() => fake.requests.at(-1)).toContain('/capture');
    await expect(adapters.capture.run(call({ paymentIntent }, 'twice-at-once'))).rejects.toMatchObject({
      statusCode: 409,
    });
    fake.held = undefined;
    resolve();
    expect(await first).toEqual({});
    expect(await adapters.capture.run(call({ paymentIntent }, 'twice-at-once', 3))).toEqual({});
  });

  it('an error that Stripe says again for a day is seen through by the next attempt', async () => {
    const input = { paymentIntent: await opened(), paymentMethod: 'pm_card_visa' };
    fake.fail('error after the work', /confirm/);
    await expect(adapters.authorize.run(call(input, 'same-500'))).rejects.toMatchObject({ statusCode: 500 });
    expect(await adapters.authorize.run(call(input, 'same-500', 2))).toEqual({});
  });

  it('nothing happens twice after Stripe has forgotten the keys', async () => {
    const paymentIntent = await authorized();
    const again = call({ paymentIntent }, 'capture-key');
    const back = call({ paymentIntent }, 'refund-key');
    await adapters.capture.run(again);
    fake.wait(25 * 60 * 60_000);
    expect(await adapters.capture.run({ ...again, attempt: 2 })).toEqual({});
    await adapters.refund(back);
    fake.wait(25 * 60 * 60_000);
    expect(await adapters.refund({ ...back, attempt: 2 })).toEqual({});
    expect(fake.payments.get(paymentIntent).latest_charge?.amount_refunded).toBe(4_900);
  });

  it('an authorization that has expired can not be captured, and that is a value', async () => {
    const paymentIntent = await authorized();
    fake.wait(8 * 24 * 60 * 60_000);
    expect(await adapters.capture.run(call({ paymentIntent }))).toMatchObject({
      code: 'AUTHORIZATION_EXPIRED',
    });
    expect(await adapters.voidAuthorization(call({ paymentIntent }))).toEqual({});
  });

  it('what was captured is not voided: a person is told to refund it', async () => {
    const paymentIntent = await authorized();
    await adapters.capture.run(call({ paymentIntent }));
    const refused = adapters.voidAuthorization(call({ paymentIntent }));
    await expect(refused).rejects.toThrow(`${paymentIntent} is succeeded`);
    await adapters.refund(call({ paymentIntent }));
    expect(await adapters.voidAuthorization(call({ paymentIntent }))).toEqual({});
  });

  it('a bank that asks the customer makes the step wait, and the probe say so', async () => {
    const input = { paymentIntent: await opened(), paymentMethod: 'pm_card_threeDSecure2Required' };
    expect(isLater(await adapters.authorize.run(call(input)))).toBe(true);
    expect(readProbeAnswer(await adapters.authorize.probe(call(input)))).toEqual({ kind: 'cannotSay' });
  });
});
