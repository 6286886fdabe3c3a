import { expect, it } from 'vitest';
import { nameOf, ORDER_NAMES, statusOf } from './order-names.ts';

it('every name leads to a status, and back to itself', () => {
  const failure = { code: 'PAYMENT_DECLINED', category: 'PAYMENT_FAILED', message: '' } as const;
  for (const name of ORDER_NAMES) {
    const status = statusOf(name) ?? 'CREATED';
    expect(nameOf(name === 'REVERSED' ? { status, failure } : { status })).toBe(name);
  }
});

it('STOCK_RESERVED and RESERVED mean the same, and nobody says PAYMENT_PENDING', () => {
  expect(statusOf('STOCK_RESERVED')).toBe('RESERVED');
  expect(statusOf('RESERVED')).toBe('RESERVED');
  expect(statusOf('PAYMENT_PENDING')).toBeUndefined();
  expect(nameOf({ status: 'PAYMENT_PENDING' })).toBe('RESERVED');
});

it('only a failure of the payment is a reversal', () => {
  const outOfStock = { code: 'OUT_OF_STOCK', category: 'INVENTORY_ERROR', message: '' } as const;
  expect(nameOf({ status: 'FAILED', failure: outOfStock })).toBe('FAILED');
});
