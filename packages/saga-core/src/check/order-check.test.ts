import { describe, expect, test } from 'vitest';
import { orderCheck } from '../order/order-check.js';
import { createOrderSaga } from '../order/order-saga.js';
import { mutationsOf } from '../test-support/mutations-of.js';
import { checkSaga } from './check-saga.js';

const order = createOrderSaga();

/** What can be taken away without harm, and why. */
const HARMLESS: Readonly<Record<string, string>> = {
  'RESERVED.confirmingDecline without PAYMENT_FAILED': 'the gateway is asked once more',
  'cancelCoupon closes nothing': 'the coupon is given back once more, should the order be undone',
  'PAYMENT_PENDING without PAYMENT_SUCCEEDED':
    'the news is kept, and the answer of the capture tells the same',
  'PAID without PAYMENT_SUCCEEDED': 'the news is kept, and taken should the order be undone',
  'FAILED.compensating without PAYMENT_SUCCEEDED': 'the news is kept until the undoing is over',
  'CANCELLED.compensating without PAYMENT_SUCCEEDED': 'the news is kept until the undoing is over',
  'CONFIRMED without PAYMENT_SUCCEEDED': 'the news is kept, and taken should the order be undone',
};

describe('the order lifecycle', () => {
  test('is sound, and every step that may be left alone says why', { timeout: 60_000 }, () => {
    const report = checkSaga(order);
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe('sound');
    expect(report.explored.states).toBeGreaterThan(1_000);
    expect(report.suppressed.map(({ subject }) => subject)).toEqual([
      'generateInvoice in CONFIRMED.invoicing',
    ]);
  });

  test('is sound with two payments and a coupon', { timeout: 60_000 }, () => {
    const report = checkSaga({ ...order, check: orderCheck(2) });
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe('sound');
    expect(report.bounds.some((line) => line.includes('which of p1, p2 is which'))).toBe(true);
  });

  const mutations = mutationsOf(order).filter(({ name }) => HARMLESS[name] === undefined);

  test('has enough that can be taken away', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(30);
  });

  /** `pnpm check:mutations` follows each to its end, which takes some minutes. */
  if (process.env['COUNTERMAND_ALL_MUTATIONS']) {
    test.each(mutations)('$name: the check fails', { timeout: 300_000 }, ({ saga }) => {
      const { findings } = checkSaga(saga, { stopAtFirst: true });
      expect(findings.length).toBeGreaterThan(0);
    });
  } else {
    test('whatever is taken away, the check fails: the 40 that show first', { timeout: 60_000 }, () => {
      const found = mutations.filter(
        ({ saga }) => checkSaga(saga, { stopAtFirst: true, maxStates: 110 }).findings.length > 0,
      );
      expect(found.length).toBeGreaterThanOrEqual(40);
    });
  }
});
