import { checkSaga, later, renderReport } from '@countermand/saga-core';
import { createTestRunner } from '@countermand/saga-core/testing';
import { expect, it } from 'vitest';
import { discountSaga } from './discount-saga.ts';
import { orderSaga, takeOff } from './order-saga.ts';
import { splitPaymentSaga } from './split-payment-saga.ts';

const total = { amount: 3_000, currency: 'EUR' };
const card = { method: 'card', amount: total };

it.each([
  [
    orderSaga,
    {
      orderId: 'o',
      customerId: 'c',
      items: [{ sku: 's', quantity: 1 }],
      total,
      payments: [card],
      coupons: ['A'],
    },
  ],
  [discountSaga, { orderId: 'o', coupons: ['A', 'B'], total, invalid: 'continue' as const }],
  [splitPaymentSaga, { orderId: 'o', payments: [card, card] }],
])('no path of saga $name forgets stock, a coupon or money', (saga, input) => {
  const report = checkSaga(saga, { samples: { input: [input] } });
  expect(report.findings, renderReport(report)).toEqual([]);
});

it.each([
  ['continue', 'TAKEN', 'DISCOUNT_TAKEN'],
  ['fail', { REFUSED: 'undone' }, 'DISCOUNT_REFUSED'],
] as const)('an invalid coupon, where the setting says %s', async (invalid, state, event) => {
  const cancelled: string[] = [];
  const runner = createTestRunner({
    sagas: [discountSaga],
    adapters: {
      applyCoupon: () => later(),
      cancelCoupon: ({ input }) => {
        cancelled.push(input.code);
        return {};
      },
    },
  });
  await runner.start(discountSaga, { orderId: 'o', coupons: ['GOOD', 'BAD'], total, invalid }, { id: 'd' });
  await runner.settle();
  const answer = async (value: { output: unknown } | { declined: string }) => {
    const open = (await runner.get('d'))?.steps.find(({ status }) => status === 'awaiting');
    await runner.answer(`d:${open?.key}`, value);
    await runner.settle();
  };
  await answer({ output: { discount: 500 } });
  await answer({ declined: 'COUPON_INVALID' });
  expect((await runner.get('d'))?.state).toEqual(state);
  expect(runner.published('d').map((one) => one.event.type)).toEqual([event]);
  expect(cancelled).toEqual(invalid === 'fail' ? ['GOOD'] : []);
});

it('a discount comes off the last payment first', () => {
  const two = [card, { ...card, amount: { ...total, amount: 400 } }];
  expect(takeOff(two, 500).map(({ amount }) => amount.amount)).toEqual([2_900, 0]);
});
