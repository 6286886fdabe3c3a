import { checkSaga, notLanded, renderReport } from '@countermand/saga-core';
import { createTestRunner } from '@countermand/saga-core/testing';
import { expect, it } from 'vitest';
import { acceptanceSaga } from './acceptance-saga.ts';
import { createOrderSaga } from './create-order-saga.ts';

const details = { foodItems: [{ name: 'pizza', price: 1299, quantity: 2 }], deliveryLocation: 'Library' };
const total = { amount: 2598, currency: 'EUR' };

it.each([
  [createOrderSaga, { customerId: 'cust_123', details, total, acceptanceMs: 1_000 }],
  [acceptanceSaga, { orderId: 'o-1', paymentId: 'p-1', waitMs: 1_000 }],
])('no path of saga $name forgets an order or a payment', (saga, input) => {
  const report = checkSaga(saga, { samples: { input: [input] } });
  expect(report.findings, renderReport(report)).toEqual([]);
});

const answering = <Output>(output: Output) => ({
  run: () => output,
  probe: () => Promise.resolve(notLanded()),
});

it('an order is accepted within the time that it was taken with', async () => {
  const runner = createTestRunner({
    sagas: [createOrderSaga],
    adapters: {
      createOrder: answering({ orderId: 'o-1' }),
      getPaymentInfo: answering({ paymentMethodId: 'card-1' }),
      authorizePayment: answering({ paymentId: 'p-1' }),
      startTimer: answering({}),
      ...{ markCreated: () => ({}), cancelOrder: () => ({}), voidPayment: () => ({}) },
    },
  });
  const input = { customerId: 'cust_123', details, total, acceptanceMs: 1_000 };
  await runner.start(createOrderSaga, input, { id: 's-1' });
  await runner.settle();
  expect(runner.published('s-1').map(({ event }) => event)).toMatchObject([
    { type: 'ORDER_PLACED', orderId: 'o-1', paymentId: 'p-1', acceptanceMs: 1_000 },
  ]);
});
