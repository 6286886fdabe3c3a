import { adapterContract, createTestRunner } from '@countermand/saga-core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { billAdapters } from './adapters.ts';
import { bill, chargeCard, refundCard } from './charge-saga.ts';
import { openFakeGateway } from './fake-gateway.ts';

const gateway = await openFakeGateway();
afterAll(() => gateway.close());

// #region contract
const adapters = billAdapters(gateway.url);
let payments = 0;
const payment = (card = 'visa') => ({ paymentId: `p-${payments++}`, card, cents: 4_900 });

adapterContract(
  { describe, it, expect },
  {
    step: chargeCard,
    adapter: adapters.chargeCard,
    input: () => payment(),
    beside: () => payment(), // of the same saga: undoing one must leave the other
    effects: (input) => gateway.charged((input as { paymentId: string }).paymentId),
    declined: () => payment('empty'),
    undo: { step: refundCard, adapter: adapters.refundCard, input: (input) => input },
  },
);
// #endregion contract

describe('a bill', () => {
  let count = 0;
  const pay = async (card: string, lostAnswers: number) => {
    const id = `b-${count++}`;
    gateway.loseAnswers(lostAnswers);
    const runner = createTestRunner({ sagas: [bill], adapters });
    await runner.start(bill, { paymentId: id, card, cents: 4_900 }, { id });
    await runner.runUntil(async () => (await runner.get(id))?.settled === true);
    return {
      state: (await runner.get(id))?.state,
      charged: gateway.charged(id),
      attempts: runner.calls().length,
    };
  };

  it('is charged once where the first two answers are lost', async () => {
    expect(await pay('visa', 2)).toEqual({ state: 'charged', charged: 1, attempts: 3 });
  });

  it('is charged although every answer is lost: the probe finds it', async () => {
    expect(await pay('visa', 8)).toMatchObject({ state: 'charged', charged: 1 });
  });

  it('is over at once where the card has no money', async () => {
    expect(await pay('empty', 0)).toEqual({ state: 'cancelled', charged: 0, attempts: 1 });
  });
});
