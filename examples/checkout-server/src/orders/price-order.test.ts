import { describe, expect, it } from 'vitest';
import { Problem } from '../http/problem.ts';
import { readSettings } from '../settings.ts';
import { type NewOrderBody, priceOrder } from './price-order.ts';
import { tokenRule } from './token-rule.ts';

const euros = (amount: number) => ({ amount, currency: 'EUR' as const });
const catalog = new Map([
  ['cup', { name: 'Cup', price: euros(1_250) }],
  ['pot', { name: 'Pot', price: euros(4_000) }],
]);
const body = (items: NewOrderBody['items'], more: Partial<NewOrderBody> = {}): NewOrderBody => ({
  items,
  shippingAddress: { line1: '1 Main Street', city: 'Berlin', postalCode: '10115', country: 'DE' },
  ...more,
});
const price = (order: NewOrderBody, assertToken = (_token: string): void => undefined) =>
  priceOrder(order, catalog, assertToken);
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof Problem ? error.code : error;
  }
  return 'nothing thrown';
};

describe('an order is priced', () => {
  it('by the catalog, lines of one item together, and paid by one card payment of the total', () => {
    const items = [
      { sku: 'cup', quantity: 2 },
      { sku: 'pot', quantity: 1 },
      { sku: 'cup', quantity: 1 },
    ];
    expect(price(body(items))).toEqual({
      items: [
        { sku: 'cup', name: 'Cup', quantity: 3, price: euros(1_250) },
        { sku: 'pot', name: 'Pot', quantity: 1, price: euros(4_000) },
      ],
      total: euros(7_750),
      payments: [{ method: 'card', amount: euros(7_750) }],
    });
  });

  it.each<[string, NewOrderBody]>([
    ['SKU_UNKNOWN', body([{ sku: 'spoon', quantity: 1 }])],
    ['SKU_UNKNOWN', body([{ sku: 'toString', quantity: 1 }])],
    [
      'PAYMENTS_MISMATCH',
      body([{ sku: 'cup', quantity: 1 }], { payments: [{ method: 'card', amount: euros(1_249) }] }),
    ],
  ])('or refused with %s', (code, order) => {
    expect(codeOf(() => price(order))).toBe(code);
  });

  it('or refused where its payment token may not be used', () => {
    const payments = [
      { method: 'card', token: 'tok_ok', amount: euros(1_000) },
      { method: 'voucher', token: 'tok_made_up', amount: euros(250) },
    ];
    const order = body([{ sku: 'cup', quantity: 1 }], { payments });
    expect(price(order).payments).toEqual(payments);
    const inDevelopment = tokenRule(readSettings({}));
    expect(codeOf(() => price(order, inDevelopment))).toBe('PAYMENT_TOKEN_REFUSED');
    const inProduction = tokenRule({ ...readSettings({}), NODE_ENV: 'production' });
    expect(codeOf(() => inProduction('tok_ok'))).toBe('PAYMENT_TOKEN_REFUSED');
    expect(codeOf(() => inProduction('tok_made_up'))).toBe('nothing thrown');
  });
});
