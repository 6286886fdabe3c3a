import { describe, expect, it } from 'vitest';
import { Desk } from '../testing/desk.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const coupon = { order_id: 'o1', code: 'WELCOME10' };
const refusal = (code: string) => ({ status: 409, answer: { code }, changes: [] });

describe('promotions', () => {
  it.each([
    [79_900, 7_990],
    [1_999, 199],
    [9, 0],
    [Number.MAX_SAFE_INTEGER, 900_719_925_474_099],
  ])('WELCOME10 takes a tenth off %i, rounded down', (total, discount) => {
    const decision = new Desk().send('/promotions/validate', { ...coupon, total: eur(total) });
    expect(decision).toMatchObject({
      status: 200,
      answer: { code: 'WELCOME10', discount: eur(discount), description: '10 % off your order' },
      changes: [],
    });
  });

  it.each(['EXPIRED', 'constructor'])('refuses %s', (code) => {
    const body = { order_id: 'o1', code, total: eur(100) };
    expect(new Desk().send('/promotions/validate', body)).toMatchObject(refusal('COUPON_INVALID'));
    expect(new Desk().send('/promotions/apply', body)).toMatchObject(refusal('COUPON_INVALID'));
  });

  it('applies a coupon once per order and takes it back once', () => {
    const desk = new Desk();
    const apply = () => desk.send('/promotions/apply', { ...coupon, total: eur(1_000) });
    const cancel = () => desk.send('/promotions/cancel', coupon);
    expect(apply()).toMatchObject({ status: 200, answer: { discount: eur(100) } });
    expect(apply()).toMatchObject(refusal('ALREADY_APPLIED'));
    expect(cancel().answer).toEqual({ status: 'cancelled' });
    expect(cancel()).toMatchObject({ answer: { status: 'cancelled' }, changes: [] });
    expect(apply()).toMatchObject(refusal('CANCELLED'));
  });

  it('refuses a coupon whose cancellation came first', () => {
    const desk = new Desk();
    expect(desk.send('/promotions/cancel', coupon).answer).toEqual({ status: 'not_found' });
    expect(desk.send('/promotions/cancel', coupon)).toMatchObject({
      answer: { status: 'not_found' },
      changes: [],
    });
    expect(desk.send('/promotions/apply', { ...coupon, total: eur(1) })).toMatchObject(refusal('CANCELLED'));
  });
});
