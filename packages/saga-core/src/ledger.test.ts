import { describe, expect, test as it } from 'vitest';
import type { Obligation } from './envelope.js';
import { close, findObligation, openByEvent, openMaybe, openObligations } from './ledger.js';
import { CHARGES_TWICE } from './test-support/check-corpus/charges-again.js';
import { booking } from './testing/conformance/booking-saga.js';
import { given, only, stepAwaits, stepDone, stepUnknown } from './testing/index.js';

const opens = { kind: 'money', instance: 'a' };
const fromStep = { step: 'take', key: 'take:1', input: {} };
const news = { event: 'MONEY_CAME', payload: {} };
const id = 'money:a';
const one = (ledger: readonly Obligation[]) => findObligation(ledger, id);

describe('the ledger', () => {
  const maybe = openMaybe([], opens, { startedAs: 1, source: fromStep, undo: 'giveBack' });

  it('takes a step as "maybe" from its start on, and counts how often it was opened', () => {
    expect(one(maybe)).toMatchObject({ certainty: 'maybe', opened: 1 });
    const again = openMaybe(close(maybe, id, 'undo'), opens, { startedAs: 2, source: fromStep });
    expect(one(again)).toMatchObject({ certainty: 'maybe', opened: 2, startedAs: 2 });
  });

  it('does not count what is open already', () => {
    expect(one(openMaybe(maybe, opens, { startedAs: 2, source: fromStep }))).toMatchObject({
      opened: 1,
      startedAs: 1,
    });
  });

  it('keeps what is closed, once, and knows whether it had been certain', () => {
    const closed = close(close(maybe, id, 'undo'), id, 'step');
    expect(one(closed)).toMatchObject({ certainty: 'closed', closedBy: 'undo', wasCertain: false });
  });

  it('lists what is open, newest start first', () => {
    const two = openMaybe(maybe, { kind: 'seat', instance: 'b' }, { startedAs: 2, source: fromStep });
    expect(openObligations(two).map(({ kind }) => kind)).toEqual(['seat', 'money']);
    expect(openObligations(close(two, 'seat:b', 'undo')).map(({ kind }) => kind)).toEqual(['money']);
  });

  it('makes certain by an event what a step may have opened, and keeps the start of the step', () => {
    const sure = openByEvent(maybe, { ...opens, undo: 'giveBack' }, news, 2);
    expect(one(sure)).toMatchObject({ certainty: 'open', startedAs: 1, opened: 1, source: { step: 'take' } });
  });

  it('opens by an event what nobody knew of', () => {
    expect(openByEvent([], { ...opens, undo: 'giveBack' }, news, 4)).toMatchObject([
      { certainty: 'open', opened: 1, startedAs: 4, source: { event: 'MONEY_CAME' } },
    ]);
  });

  it('opens nothing again by news that is old', () => {
    const undone = close(openByEvent([], { ...opens, undo: 'giveBack' }, news, 1), id, 'undo');
    expect(openByEvent(undone, { ...opens, undo: 'giveBack' }, news, 2)).toBe(undone);
    const spent = close(maybe, id, 'step');
    expect(openByEvent(spent, { ...opens, undo: 'giveBack' }, news, 2)).toBe(spent);
  });

  it('opens again by news of what was undone while it was only "maybe"', () => {
    const undone = close(maybe, id, 'undo');
    expect(openByEvent(undone, { ...opens, undo: 'giveBack' }, news, 2)).toMatchObject([
      { certainty: 'open', opened: 2 },
    ]);
  });
});

describe('a step that runs again for what may be open', () => {
  const [, again] = CHARGES_TWICE;
  const saga = again?.saga;
  if (!saga) throw new Error('the corpus has changed');
  const twice = given(saga, undefined).after(
    stepDone('bookRoom', {}),
    { type: 'CHANGE' },
    stepUnknown('bookRoom'),
  );

  it('opens one obligation, which is undone once, by the run that was heard of last', () => {
    expect(twice.envelope.obligations).toMatchObject([
      { kind: 'room', opened: 1, source: { key: 'bookRoom:1' } },
    ]);
    expect(twice.came).toMatchObject({ asks: ['cancelRoom'], open: ['room:x'] });
    const over = twice.after(stepDone('cancelRoom', {}));
    expect(over.came).toEqual(only({ state: { failed: 'done' } }));
  });
});

describe('events and steps', () => {
  const paying = given(booking, { seat: 'A1' }).after(stepDone('reserve', { reference: 'r' }), {
    type: 'PAY',
  });

  it('an event opens what it brings when a transition takes it, and not while it waits', () => {
    const waiting = given(booking, { seat: 'A1' }).when({ type: 'PAYMENT_CAME', reference: 'x' });
    expect(waiting.came).toMatchObject({ outcome: 'deferred NOT_HANDLED_YET', open: ['seat.held:A1?'] });
    const came = paying.when({ type: 'PAYMENT_CAME', reference: 'x' });
    expect(came.came).toMatchObject({
      state: 'PAID',
      open: ['seat.held:A1', 'payment.authorized:A1?', 'payment.captured:A1'],
    });
  });

  it('late money is undone by itself in a saga that has compensated, once', () => {
    const over = paying.after(
      stepUnknown('authorize'),
      stepUnknown('probe:payment.authorized:A1'),
      stepDone('cancelPayment', { ok: true }),
      stepDone('release', { ok: true }),
    );
    expect(over.came.state).toEqual({ FAILED: 'done' });
    const late = over.when({ type: 'PAYMENT_CAME', reference: 'late' });
    expect(late.came).toEqual(
      only({ state: { FAILED: 'done' }, asks: ['refund'], open: ['payment.captured:A1'] }),
    );
    const repeated = late.when({ type: 'PAYMENT_CAME', reference: 'late' });
    expect(repeated.came).toMatchObject({ asks: [], outcome: 'applied' });
    const refunded = repeated.when(stepDone('refund', { ok: true }));
    expect(refunded.came).toEqual(only({ state: { FAILED: 'done' } }));
    expect(refunded.when({ type: 'PAYMENT_CAME', reference: 'late' }).came).toEqual(
      only({ state: { FAILED: 'done' } }),
    );
  });

  it('a step that answers late closes what it would have closed', () => {
    const left = paying
      .after(stepDone('authorize', { reference: 'p' }), { type: 'ISSUE' }, stepAwaits('capture'))
      .after(stepDone('capture', { reference: 'c' }));
    expect(left.came.open).toEqual(['seat.held:A1', 'payment.captured:A1', 'ticket.issued:A1?']);
  });
});
