import { expect, test } from 'vitest';
import { orderCheck } from '../order/order-check.js';
import { createOrderSaga } from '../order/order-saga.js';
import { takesPaymentsOnce } from '../test-support/check-corpus/news-machines.js';
import { SOUND } from '../test-support/check-corpus/sound-machines.js';
import { checkSaga } from './check-saga.js';

const ALWAYS = 'adapters keep their contracts, and undos succeed';

test('what was made and guessed is said in a few words', () => {
  const { inShort } = checkSaga(takesPaymentsOnce);
  expect(inShort.assumed).toEqual([
    'guards answer both ways',
    'made values stand for input, event PAID',
    'paid keeps every money, up to 2 at once',
    ALWAYS,
  ]);
  expect(inShort.reduced).toContain('which made name is which');
});

test("and so is what a saga's author says", () => {
  const order = createOrderSaga();
  const { inShort } = checkSaga({ ...order, check: orderCheck(2) }, { maxStates: 50 });
  expect(inShort.assumed).toEqual([
    'guards are asked',
    "its author's samples stand for input, 5 outputs, 6 events, declines",
    expect.stringMatching(/^made values stand for \d+ outputs, 2 events$/),
    'p1, p2 are alike',
    expect.stringMatching(/^opened once, whatever the key: by capture /),
    expect.stringMatching(/^kept for long enough: PAYMENT_SUCCEEDED /),
    'at most 1 late answer at a time',
    ALWAYS,
  ]);
  expect(inShort.reduced).toEqual(
    expect.arrayContaining(["the context beyond its author's tells", 'which of p1, p2 is which']),
  );
});

test('and what contracts say', () => {
  const subscription = SOUND.find(({ name }) => name === 'subscription');
  expect(subscription && checkSaga(subscription).inShort.assumed).toContain(
    'opened once, whatever the key: by chargePeriod (money)',
  );
});
