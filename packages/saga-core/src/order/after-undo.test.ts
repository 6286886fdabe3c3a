import { expect, it } from 'vitest';
import { afterUndo } from './order-context.js';

const payment = { id: 'p1', method: 'card', amount: { amount: 100, currency: 'EUR' } } as const;
const REFUNDED_TO_BE_SAFE = ['payment.captured:p1'];

it.each(['declined', 'voided'] as const)(
  'a payment that was %s and never captured is not shown as refunded, though a refund was tried',
  (status) => {
    expect(afterUndo([{ ...payment, status }], REFUNDED_TO_BE_SAFE)).toEqual([{ ...payment, status }]);
  },
);

it('a payment of which nobody knew what had become is refunded when its refund is done', () => {
  expect(afterUndo([{ ...payment, status: 'unknown' }], REFUNDED_TO_BE_SAFE)).toMatchObject([
    { status: 'refunded' },
  ]);
});
