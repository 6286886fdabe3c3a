import { describe, expect, test } from 'vitest';
import { orderCheck } from '../order/order-check.js';
import { createOrderSaga } from '../order/order-saga.js';
import type { AnySaga } from '../saga-definition.js';
import { assertStateValue } from '../state-value.js';
import { mutationsOf } from '../test-support/mutations-of.js';
import type { Finding } from './check-report.js';
import { checkSaga } from './check-saga.js';
import { describeState } from './describe-cause.js';

const order = createOrderSaga();

/** What can be taken away without harm, and why. The check finds nothing wrong with these. */
const HARMLESS: Readonly<Record<string, string>> = {
  'RESERVED.confirmingDecline without PAYMENT_FAILED':
    'the gateway is being asked already; the news is taken by the state above, which asks it once more',
  'PAYMENT_PENDING without PAYMENT_SUCCEEDED':
    'the news is kept; the answer of the capture, or of the gateway at the deadline, tells the same, and FAILED takes what was kept',
  'PAID without PAYMENT_SUCCEEDED':
    'every payment has been captured for certain, so such news tells nothing that the ledger lacks',
  'CONFIRMED without PAYMENT_SUCCEEDED':
    'every payment has been captured for certain, so such news tells nothing that the ledger lacks',
};

/** A way to nowhere can't be shown: with these gone, nothing leads to a state any more, which the check names. */
const NEVER_ENTERED: Readonly<Record<string, string>> = {
  'RESERVED without PAYMENT_FAILED': 'RESERVED.confirmingDecline',
  'PAYMENT_PENDING without the timer PAYMENT_TIMEOUT': 'PAYMENT_PENDING.askingGateway',
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

  describe('that counts as paid once one of its two payments is there', () => {
    const { machine } = order;
    const isPaid = ({ context }: { context: { payments: readonly { status: string }[] } }) =>
      context.payments.some(({ status }) => status === 'captured');
    const hasty = {
      ...order,
      machine: machine.provide({ guards: { allCaptured: isPaid } }),
      check: orderCheck(2),
    };

    test('is found out by the payments that its end names', { timeout: 60_000 }, () => {
      const { findings } = checkSaga(hasty);
      const [twice] = findings.filter(({ subject }) => subject === 'payment.captured in IN_TRANSIT');
      expect(twice?.rule).toBe('obligation-left-open');
      expect(twice?.message).toMatch(/^payment\.captured:p\d (is|may be) open at rest in IN_TRANSIT/);
    });
  });

  const all = mutationsOf(order);
  const mutations = all.filter(({ name }) => HARMLESS[name] === undefined);

  test('has enough that can be taken away, and everything that may be missing is named', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(30);
    const names = all.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(HARMLESS)));
    expect(mutations).toHaveLength(all.length - Object.keys(HARMLESS).length);
  });

  /** `pnpm check:mutations` follows each to its end, which takes some minutes. */
  if (process.env['COUNTERMAND_ALL_MUTATIONS']) {
    const shown = mutations.filter(({ name }) => NEVER_ENTERED[name] === undefined);
    test.each(shown)('$name: the check tells how it goes wrong', { timeout: 300_000 }, ({ saga }) => {
      const { findings } = checkSaga(saga, { stopAtFirst: true });
      expectToTeach(findings, saga);
    });

    const unshown = mutations.filter(({ name }) => NEVER_ENTERED[name] !== undefined);
    test.each(unshown)(
      '$name: the check tells what is never entered',
      { timeout: 300_000 },
      ({ name, saga }) => {
        const told = checkSaga(saga).findings.map(({ rule, subject }) => ({ rule, subject }));
        expect(told).toEqual([{ rule: 'state-unreachable', subject: NEVER_ENTERED[name] }]);
      },
    );

    test.each(all.filter(({ name }) => HARMLESS[name]))(
      '$name does no harm',
      { timeout: 300_000 },
      ({ saga }) => {
        expect(checkSaga(saga)).toMatchObject({ sound: true, findings: [] });
      },
    );
  } else {
    test('whatever is taken away, the check fails: the 40 that show first', { timeout: 60_000 }, () => {
      const found = mutations.flatMap(({ saga }) => {
        const { findings } = checkSaga(saga, { stopAtFirst: true, maxStates: 110 });
        return findings.length > 0 ? [{ findings, saga }] : [];
      });
      expect(found.length).toBeGreaterThanOrEqual(40);
      for (const { findings, saga } of found) expectToTeach(findings, saga);
    });
  }
});

/** One thing after the other, in words, from the start to the state in which it goes wrong, which the message names. */
function expectToTeach(findings: readonly Finding[], { machine, steps, events }: AnySaga): void {
  const [told] = findings.filter(({ trace }) => trace.length > 0);
  expect(told?.trace[0]?.what).toBe('start');
  const names = [
    ...Object.keys(steps),
    ...Object.keys(events),
    ...Object.keys(machine.implementations.delays),
  ];
  for (const { what, state } of told?.trace.slice(1) ?? []) {
    expect(what).toMatch(/^(step|timer|event|undo of|probe of) /);
    expect(names.filter((name) => what.includes(name))).not.toEqual([]);
    assertStateValue(machine, state);
  }
  const [before, last] = told?.trace.slice(-2).map(({ state }) => describeState(state)) ?? [];
  const message = told?.message ?? '';
  expect([before, last].some((state) => state !== undefined && message.includes(state))).toBe(true);
  expect(told?.mend.length).toBeGreaterThan(20);
}
