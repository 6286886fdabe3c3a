import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Desk, testPolicy } from '../testing/desk.ts';
import { captureHoldMs, captureLate, endRefund } from './payments.ts';
import { recordsOf, sumLedger } from './payments-book.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const p1 = { order_id: 'o1', payment: 'p1' };

class Gateway extends Desk {
  authorize(token: string, key?: string) {
    return this.send('/payments/authorize', { ...p1, amount: eur(500), token }, key);
  }
  capture(amount = 500) {
    return this.send('/payments/capture', { ...p1, amount: eur(amount) });
  }
  void() {
    return this.send('/payments/void', p1);
  }
  refund() {
    return this.send('/payments/refund', p1);
  }
  /** Carries out every planned task, as if its time had come. */
  land() {
    for (const { task } of this.books.tasks.values()) {
      if (task.kind === 'late_capture') this.post(captureLate(this.books.payments, task, this.moment()));
      if (task.kind === 'end_refund') this.post(endRefund(this.books.payments, task, this.moment()));
    }
  }
  status() {
    return recordsOf(this.books.payments, 'o1').at(-1)?.status;
  }
  ledger() {
    return sumLedger(recordsOf(this.books.payments, 'o1'));
  }
  webhooks() {
    return [...this.books.webhooks.values()].map(({ webhook, not_before }) => ({
      type: webhook.type,
      inMs: not_before - this.now,
    }));
  }
}

const refusal = (code: string) => ({ status: 409, answer: { code } });

describe('a refund', () => {
  const captured = (token: string) => {
    const gateway = new Gateway();
    gateway.authorize(token);
    gateway.capture();
    return gateway;
  };
  const pending = { status: 202, answer: { status: 'pending' } };
  const last = (gateway: Gateway) => gateway.webhooks().at(-1)?.type;

  it('of tok_refund_pending is pending, and then lands; only one is under way at a time', () => {
    const gateway = captured('tok_refund_pending');
    expect(gateway.refund()).toMatchObject(pending);
    expect(gateway.refund()).toMatchObject({ ...pending, changes: [] });
    expect([gateway.status(), gateway.ledger().refunds]).toEqual(['captured', 0]);
    gateway.land();
    expect([gateway.status(), last(gateway)]).toEqual(['refunded', 'refund.succeeded']);
    expect(gateway.refund()).toMatchObject({ status: 200, answer: { status: 'already_refunded' } });
    expect(gateway.ledger()).toMatchObject({ captured: 500, refunded: 500, refunds: 1 });
  });

  it('of tok_refund_fails fails after it was pending, and works when it is asked for again', () => {
    const gateway = captured('tok_refund_fails');
    expect(gateway.refund()).toMatchObject(pending);
    gateway.land();
    expect([gateway.status(), last(gateway)]).toEqual(['captured', 'refund.failed']);
    expect(gateway.refund()).toMatchObject({ status: 200, answer: { status: 'refunded' } });
    expect(gateway.ledger()).toMatchObject({ refunded: 500, refunds: 1 });
  });

  it('of tok_refund_stuck fails every time', () => {
    const gateway = captured('tok_refund_stuck');
    for (let n = 0; n < 3; n += 1) {
      expect(gateway.refund()).toMatchObject(pending);
      gateway.land();
    }
    expect([gateway.status(), gateway.ledger().refunded]).toEqual(['captured', 0]);
  });
});

describe('an authorization of tok_expires', () => {
  it('has run out before it can be captured; a webhook tells of it', () => {
    const gateway = new Gateway();
    expect(gateway.authorize('tok_expires')).toMatchObject({ status: 200 });
    expect(gateway.webhooks()).toMatchObject([{ type: 'payment.authorization_expired' }]);
    expect(gateway.capture()).toMatchObject(refusal('AUTHORIZATION_EXPIRED'));
    expect(gateway.void()).toMatchObject({ answer: { status: 'already_voided' } });
    expect(gateway.ledger()).toEqual({ authorized: 0, captured: 0, refunded: 0, captures: 0, refunds: 0 });
  });
});

describe('payments', () => {
  it('tok_ok is authorized, captured at once and told by webhook', () => {
    const gateway = new Gateway();
    expect(gateway.authorize('tok_ok').answer).toEqual({ payment_id: 'pay_1', status: 'authorized' });
    expect(gateway.ledger()).toEqual({ authorized: 500, captured: 0, refunded: 0, captures: 0, refunds: 0 });
    expect(gateway.capture()).toMatchObject({
      status: 200,
      answer: { payment_id: 'pay_1', status: 'captured' },
    });
    expect(gateway.ledger()).toEqual({ authorized: 0, captured: 500, refunded: 0, captures: 1, refunds: 0 });
    expect(gateway.webhooks()).toEqual([{ type: 'payment.succeeded', inMs: 0 }]);
  });

  it('tok_declined is refused and told by webhook; the next card may try', () => {
    const gateway = new Gateway();
    expect(gateway.authorize('tok_declined')).toMatchObject(refusal('CARD_DECLINED'));
    expect(gateway.webhooks()).toEqual([{ type: 'payment.failed', inMs: 0 }]);
    expect(gateway.capture()).toMatchObject(refusal('NOT_AUTHORIZED'));
    expect(gateway.status()).toBe('declined');
    expect(gateway.authorize('tok_ok').status).toBe(200);
    expect(gateway.capture().status).toBe(200);
  });

  it('tok_slow makes the gateway think before a capture, and only then', () => {
    const gateway = new Gateway();
    const hold = () => captureHoldMs(gateway.books.payments, p1, testPolicy.slowCaptureMs);
    expect(hold()).toBe(0);
    gateway.authorize('tok_slow');
    expect(hold()).toBe(2_000);
    gateway.void();
    expect(hold()).toBe(0);
  });

  it('tok_lost is captured; answer and webhook come after the delay', () => {
    const gateway = new Gateway();
    gateway.authorize('tok_lost');
    const decision = gateway.capture();
    expect(decision).toMatchObject({ status: 200, answer: { status: 'captured' } });
    expect(decision.lostUntil).toBe(gateway.now + 20_000);
    expect(gateway.ledger()).toMatchObject({ captured: 500, captures: 1 });
    expect(gateway.webhooks()).toEqual([{ type: 'payment.succeeded', inMs: 20_000 }]);
  });

  it('tok_late is pending, and captured after the delay', () => {
    const gateway = new Gateway();
    gateway.authorize('tok_late');
    expect(gateway.capture()).toMatchObject({ status: 202, answer: { status: 'pending' } });
    expect(gateway.capture()).toMatchObject({ status: 202, changes: [] });
    expect([...gateway.books.tasks.values()]).toMatchObject([{ dueAt: gateway.now + 20_000 }]);
    expect(gateway.ledger()).toMatchObject({ authorized: 500, captured: 0 });
    expect(gateway.webhooks()).toEqual([]);
    gateway.land();
    gateway.land();
    expect(gateway.ledger()).toMatchObject({ authorized: 0, captured: 500, captures: 1 });
    expect(gateway.webhooks()).toEqual([{ type: 'payment.succeeded', inMs: 0 }]);
  });

  it('tok_late lands although it was voided before anybody asked for the capture', () => {
    const gateway = new Gateway();
    gateway.authorize('tok_late');
    expect(gateway.void().answer).toEqual({ status: 'voided' });
    gateway.land();
    expect(gateway.ledger()).toMatchObject({ authorized: 0, captured: 500, captures: 1 });
    expect(gateway.webhooks()).toEqual([{ type: 'payment.succeeded', inMs: 0 }]);
  });

  it.each(['void', 'refund'] as const)('tok_late lands even after a %s, and can be refunded then', (undo) => {
    const gateway = new Gateway();
    gateway.authorize('tok_late');
    gateway.capture();
    expect(gateway[undo]().answer).toEqual({ status: undo === 'void' ? 'voided' : 'not_captured' });
    gateway.land();
    expect(gateway.ledger()).toMatchObject({ authorized: 0, captured: 500, refunded: 0 });
    expect(gateway.refund().answer).toMatchObject({ status: 'refunded', amount: eur(500) });
    expect(gateway.ledger()).toMatchObject({ captured: 500, refunded: 500, captures: 1, refunds: 1 });
  });

  it('tok_random is decided by the key alone, at the rate that was asked for', () => {
    const isDeclined = (key: string) => new Gateway().authorize('tok_random', key).status === 409;
    const keys = Array.from({ length: 1_000 }, (_, n) => `saga-${n}:authorize:1`);
    const declined = keys.filter(isDeclined);
    expect(declined.length).toBeGreaterThan(230);
    expect(declined.length).toBeLessThan(370);
    expect(keys.filter(isDeclined)).toEqual(declined);
  });

  it.each([0, 1])('tok_random at rate %i is no chance any more', (paymentFailureRate) => {
    const outcomes = Array.from({ length: 50 }, (_, n) => {
      return new Gateway({ ...testPolicy, paymentFailureRate }).authorize('tok_random', `k${n}`).status;
    });
    expect(new Set(outcomes)).toEqual(new Set([paymentFailureRate === 0 ? 200 : 409]));
  });

  it('refuses a token that it does not know', () => {
    const gateway = new Gateway();
    expect(gateway.authorize('tok_gold')).toMatchObject({ ...refusal('INVALID_TOKEN'), changes: [] });
  });

  it('refuses an authorization whose void came first', () => {
    const gateway = new Gateway();
    expect(gateway.void().answer).toEqual({ status: 'not_found' });
    expect(gateway.authorize('tok_ok')).toMatchObject(refusal('VOIDED'));
    expect(gateway.void()).toMatchObject({ answer: { status: 'not_found' }, changes: [] });
  });

  it('refuses a capture whose refund came first', () => {
    const gateway = new Gateway();
    gateway.authorize('tok_ok');
    expect(gateway.refund().answer).toEqual({ status: 'not_captured' });
    expect(gateway.capture()).toMatchObject(refusal('REFUNDED'));
    expect(gateway.void().answer).toEqual({ status: 'voided' });
    expect(gateway.ledger()).toMatchObject({ authorized: 0, captured: 0 });
  });

  it('refuses a capture of what is voided, captured, or more than authorized', () => {
    const gateway = new Gateway();
    gateway.authorize('tok_ok');
    expect(gateway.capture(501)).toMatchObject(refusal('AMOUNT_TOO_HIGH'));
    expect(gateway.capture(450).status).toBe(200);
    expect(gateway.capture(50)).toMatchObject(refusal('ALREADY_CAPTURED'));
    expect(gateway.ledger()).toMatchObject({ authorized: 0, captured: 450, captures: 1 });

    const other = new Gateway();
    other.authorize('tok_ok');
    other.void();
    expect(other.capture()).toMatchObject(refusal('VOIDED'));
    expect(other.authorize('tok_ok')).toMatchObject(refusal('VOIDED'));
  });

  it('says to a void what became of the payment, and changes nothing', () => {
    const gateway = new Gateway();
    gateway.authorize('tok_ok');
    gateway.capture();
    expect(gateway.void()).toMatchObject({ answer: { status: 'already_captured' }, changes: [] });
    const other = new Gateway();
    other.authorize('tok_ok');
    other.void();
    expect(other.void()).toMatchObject({ answer: { status: 'already_voided' }, changes: [] });
  });

  it('refunds what was captured, once', () => {
    const gateway = new Gateway();
    gateway.authorize('tok_ok');
    gateway.capture(450);
    const refunded = gateway.refund().answer;
    expect(refunded).toMatchObject({ status: 'refunded', amount: eur(450) });
    expect(gateway.refund()).toMatchObject({
      answer: { ...refunded, status: 'already_refunded' },
      changes: [],
    });
    expect(gateway.ledger()).toMatchObject({ captured: 450, refunded: 450, refunds: 1 });
  });

  it('keeps captured - refunded within what was asked for, whatever comes in whatever order', () => {
    const act = fc.constantFrom('authorize', 'capture', 'void', 'refund', 'land');
    const token = fc.constantFrom('tok_ok', 'tok_lost', 'tok_late', 'tok_declined');
    fc.assert(
      fc.property(token, fc.array(act, { maxLength: 20 }), (tokenOfAll, acts) => {
        const gateway = new Gateway();
        for (const one of acts) {
          if (one === 'authorize') gateway.authorize(tokenOfAll);
          else gateway[one]();
          const { captured, refunded, captures, refunds } = gateway.ledger();
          expect([0, 500]).toContain(captured - refunded);
          expect(captures).toBeLessThanOrEqual(1);
          expect(refunds).toBeLessThanOrEqual(captures);
        }
        expect(gateway.books.payments.violations).toEqual([]);
      }),
    );
  });
});
