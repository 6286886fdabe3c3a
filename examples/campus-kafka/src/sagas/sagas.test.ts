import { checkSaga, renderReport } from '@countermand/saga-core';
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
