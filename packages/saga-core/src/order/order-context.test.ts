import { expect, it } from 'vitest';
import { afterUndo, type OrderPayment, type PaymentStatus } from './order-context.js';

const payment = (status: PaymentStatus): OrderPayment => ({
  ...{ id: 'p1', method: 'card', amount: { amount: 1, currency: 'EUR' }, status },
});
const after = (status: PaymentStatus, ...undone: string[]) =>
  afterUndo([payment(status)], undone).map(({ status }) => status);

it('after a compensation a payment is shown as what was undone last', () => {
  expect(after('authorized', 'payment.authorized:p1')).toEqual(['voided']);
  expect(after('captured', 'payment.authorized:p1', 'payment.captured:p1')).toEqual(['refunded']);
  expect(after('declined', 'payment.captured:p2')).toEqual(['declined']);
});

it('money that was refunded before the machine heard of it is not shown as kept', () => {
  expect(after('captured')).toEqual(['refunded']);
});
