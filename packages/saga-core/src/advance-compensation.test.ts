import { describe, expect, test as it } from 'vitest';
import { z } from 'zod';
import { asAction, step } from './step.js';
import { sagaOf, undoing } from './test-support/saga-of.js';
import { booking } from './testing/conformance/booking-saga.js';
import {
  given,
  only,
  parkedByHand,
  probeFinds,
  probeFindsNothing,
  retried,
  skipped,
  stepAwaits,
  stepDeclined,
  stepDone,
  stepUnknown,
} from './testing/index.js';

const reserve = (seat: string, more: object = {}) => ({ id: seat, src: 'reserve', input: { seat }, ...more });
const paying = given(booking, { seat: 'A1' }).after(stepDone('reserve', { reference: 'r' }), { type: 'PAY' });
const paid = paying.after(stepDone('authorize', { reference: 'p' }));
const done = stepDone;
const ok = { ok: true };

describe('compensate', () => {
  it('undoes the newest start first, reads again what is open after each, and ends when nothing is', () => {
    const first = paid.when({ type: 'CANCEL' });
    expect(first.came).toMatchObject({
      asks: ['cancelPayment'],
      open: ['seat.held:A1', 'payment.authorized:A1'],
    });
    const second = first.when(done('cancelPayment', ok));
    expect(second.came).toEqual(
      only({ state: { CANCELLED: 'undoing' }, asks: ['release'], open: ['seat.held:A1'] }),
    );
    const third = second.when(done('release', ok));
    expect(third.came).toEqual(only({ state: { CANCELLED: 'done' } }));
    expect(third.decision.history.map(({ event }) => event)).toEqual(['release.done', 'compensate.done']);
  });

  it('ends at once where nothing is open', () => {
    const story = given(booking, { seat: 'A1' }).when(stepDeclined('reserve', 'TAKEN'));
    expect(story.came).toEqual(only({ state: { FAILED: 'done' } }));
  });

  it('waits for an attempt in flight and settles what it brings first', () => {
    const story = paying.when({ type: 'CANCEL' });
    expect(story.came).toMatchObject({ asks: [], leaves: ['authorize:1'] });
    expect(story.when(done('authorize', { reference: 'p' })).came).toMatchObject({
      outcome: 'ignored STEP_LEFT',
      asks: ['cancelPayment'],
    });
    expect(story.when(stepDeclined('authorize', 'NO_MONEY')).came).toMatchObject({ asks: ['release'] });
    expect(story.when(stepUnknown('authorize', 0)).came).toMatchObject({
      asks: ['release'],
      open: ['seat.held:A1'],
    });
    expect(story.when(stepUnknown('authorize')).came).toMatchObject({ asks: ['probe authorize'] });
  });

  describe('beside a step that stands as an action and closes something', () => {
    const giveBack = step('giveBack', {
      input: z.object({ seat: z.string() }),
      output: z.object({ ok: z.boolean() }),
      declines: ['TOO_LATE'],
      closes: { kind: 'seat.held', instance: ({ seat }) => seat },
    });
    const saga = sagaOf(
      {
        initial: 'a',
        states: {
          a: { invoke: reserve('A', { onDone: 'b' }) },
          b: { entry: { type: 'giveBack', params: { seat: 'A' } }, on: { CANCEL: 'gone' } },
          gone: undoing,
        },
      },
      { events: ['CANCEL'], actors: { giveBack }, actions: { giveBack: asAction(giveBack) } },
    );
    const closing = given(saga, undefined).after(done('reserve', { reference: 'r' }));
    const story = closing.when({ type: 'CANCEL' });

    it('waits for that, and leaves alone what it has closed', () => {
      expect(story.came).toMatchObject({ state: { gone: 'undoing' }, asks: [], open: ['seat.held:A'] });
      expect(story.when(done('giveBack', ok)).came).toMatchObject({
        state: { gone: 'done' },
        asks: [],
        open: [],
      });
    });

    it.each([
      ['is declined', stepDeclined('giveBack', 'TOO_LATE'), ['seat.held:A']],
      ['is not heard of', stepUnknown('giveBack'), ['seat.held:A?']],
      ['never began', stepUnknown('giveBack', 0), ['seat.held:A']],
    ] as const)('undoes it where that %s', (_title, happening, open) => {
      expect(story.when(happening).came).toMatchObject({ asks: ['release'], open });
    });

    it('goes on where that answers later, or waits for a person already', () => {
      expect(story.when(stepAwaits('giveBack')).came).toMatchObject({ asks: ['release'] });
      const parked = closing.after(stepDeclined('giveBack', 'TOO_LATE')).when({ type: 'CANCEL' });
      expect(parked.came).toMatchObject({ asks: ['release'] });
    });

    it('waits for one that a person has carried out again', () => {
      const again = closing.after(stepUnknown('giveBack'), retried('giveBack:1')).when({ type: 'CANCEL' });
      expect(again.came).toMatchObject({ asks: [], open: ['seat.held:A?'] });
      expect(again.when(done('giveBack', ok)).came).toMatchObject({ asks: [], open: [] });
    });
  });

  it('does not wait for an answer that comes later: the probe is asked by the key of the step, then the undo', () => {
    const story = paying.after(stepAwaits('authorize')).when({ type: 'CANCEL' });
    expect(story.came).toMatchObject({
      asks: ['probe authorize'],
      open: ['seat.held:A1', 'payment.authorized:A1?'],
    });
    expect(story.decision.effects).toMatchObject([
      { type: 'cancelTimer' },
      { type: 'leaveStep' },
      { role: 'probe', idempotencyKey: 'saga:authorize:1', input: { seat: 'A1' } },
    ]);
    const landed = story.when(probeFinds('authorize', { reference: 'found' }));
    expect(landed.came).toMatchObject({
      asks: ['cancelPayment'],
      open: ['seat.held:A1', 'payment.authorized:A1'],
    });
    expect(landed.decision.effects).toMatchObject([{ input: { seat: 'A1', reference: 'found' } }]);
    const absent = story.when(probeFindsNothing('authorize'));
    expect(absent.decision.effects).toMatchObject([
      { step: 'cancelPayment', input: { seat: 'A1', reference: null } },
    ]);
  });

  it('waits for no probe whose question has been answered otherwise', () => {
    const story = paying.after(stepAwaits('authorize'), { type: 'CANCEL' });
    expect(story.when(done('authorize', { reference: 'late' })).came).toMatchObject({
      givesUp: ['probe:payment.authorized:A1:1'],
      asks: ['cancelPayment'],
      open: ['seat.held:A1', 'payment.authorized:A1'],
    });
  });

  it('undoes what the probe could not tell of, or told wrongly', () => {
    const story = paying.after(stepAwaits('authorize'), { type: 'CANCEL' });
    const undoes = { asks: ['cancelPayment'], open: ['seat.held:A1', 'payment.authorized:A1?'] };
    expect(story.when(stepUnknown('probe:payment.authorized:A1')).came).toMatchObject(undoes);
    expect(story.when(probeFinds('authorize', { wrong: 'shape' })).came).toMatchObject(undoes);
  });

  it('undoes again, with a new key, what turns out to be there while its undo is under way', () => {
    const undoing = paying.after(stepAwaits('authorize'), { type: 'CANCEL' }, probeFindsNothing('authorize'));
    const landed = undoing.after(done('authorize', { reference: 'late' }));
    const story = landed.when(done('cancelPayment', ok));
    expect(story.came).toMatchObject({
      asks: ['cancelPayment'],
      open: ['seat.held:A1', 'payment.authorized:A1'],
    });
    expect(story.decision.effects).toMatchObject([
      { idempotencyKey: 'saga:undo:payment.authorized:A1:2', input: { seat: 'A1', reference: 'late' } },
    ]);
    expect(story.when(done('cancelPayment', ok)).came).toMatchObject({ asks: ['release'] });
  });

  it('undoes again, with a new key, what lands after it was undone; what lands twice is old news', () => {
    const over = paying.after(
      stepAwaits('authorize'),
      { type: 'CANCEL' },
      probeFindsNothing('authorize'),
      done('cancelPayment', ok),
      done('release', ok),
    );
    expect(over.came.state).toEqual({ CANCELLED: 'done' });
    const late = over.when(done('authorize', { reference: 'late' }));
    expect(late.came).toEqual(
      only({
        state: { CANCELLED: 'done' },
        outcome: 'ignored STEP_LEFT',
        asks: ['cancelPayment'],
        open: ['payment.authorized:A1'],
      }),
    );
    expect(late.decision.effects).toMatchObject([{ idempotencyKey: 'saga:undo:payment.authorized:A1:2' }]);
    expect(late.when(done('cancelPayment', ok)).came).toEqual(only({ state: { CANCELLED: 'done' } }));
  });

  it('runs for two regions at once, and ends for both', () => {
    const region = undoing;
    const saga = sagaOf({
      initial: 'a',
      states: {
        a: { invoke: reserve('A', { onDone: 'b' }) },
        b: { type: 'parallel', states: { left: region, right: region } },
      },
    });
    const story = given(saga, undefined).after(done('A', { reference: 'r' }));
    expect(story.came).toMatchObject({ asks: ['release'] });
    expect(story.when(done('release', ok)).came).toEqual(
      only({ state: { b: { left: 'done', right: 'done' } } }),
    );
  });

  it('goes on while the saga is parked by hand, but moves the machine only afterwards', () => {
    const story = given(booking, { seat: 'A1' })
      .after(done('reserve', { reference: 'r' }), { type: 'CANCEL' }, parkedByHand())
      .when(done('release', ok));
    expect(story.came).toEqual(only({ state: { CANCELLED: 'undoing' }, parked: ['PARKED_BY_HAND'] }));
    expect(story.when(retried()).came).toEqual(only({ state: { CANCELLED: 'done' } }));
  });
});

describe('an undo', () => {
  const stuck = paid.after({ type: 'CANCEL' }).when(stepUnknown('cancelPayment'));

  it('that cannot succeed parks, and holds up no other', () => {
    expect(stuck.came).toEqual(
      only({
        state: { CANCELLED: 'undoing' },
        outcome: 'deferred PARKED',
        parksRows: ['undo:payment.authorized:A1:1'],
        asks: ['release'],
        open: ['seat.held:A1', 'payment.authorized:A1'],
        parked: ['UNDO_FAILED'],
      }),
    );
    const rest = stuck.when(done('release', ok));
    expect(rest.came).toMatchObject({ state: { CANCELLED: 'undoing' }, parked: ['UNDO_FAILED'] });
    const key = 'undo:payment.authorized:A1:1';
    expect(rest.when(retried()).came).toMatchObject({
      reruns: [key],
      parked: [],
      open: ['payment.authorized:A1'],
    });
    expect(rest.after(retried(key)).when(done('cancelPayment', ok)).came).toEqual(
      only({ state: { CANCELLED: 'done' } }),
    );
    expect(rest.when(skipped(key)).came).toEqual(only({ state: { CANCELLED: 'done' }, givesUp: [key] }));
  });

  it('that answers later holds up no other; it ends the compensation when it is done, and parks when it fails', () => {
    const waiting = paid.after({ type: 'CANCEL' }).when(stepAwaits('cancelPayment'));
    expect(waiting.came).toMatchObject({
      asks: ['release'],
      open: ['seat.held:A1', 'payment.authorized:A1'],
    });
    const alone = waiting.when(done('release', ok));
    expect(alone.came).toEqual(only({ state: { CANCELLED: 'undoing' }, open: ['payment.authorized:A1'] }));
    expect(alone.when(done('cancelPayment', ok)).came).toEqual(only({ state: { CANCELLED: 'done' } }));
    expect(alone.when(stepUnknown('cancelPayment')).came).toMatchObject({
      parksRows: ['undo:payment.authorized:A1:1'],
      parked: ['UNDO_FAILED'],
      open: ['payment.authorized:A1'],
    });
    expect(waiting.when(done('cancelPayment', ok)).came).toMatchObject({ asks: [], open: ['seat.held:A1'] });
  });

  it('that is declined, or answers what its schema refuses, is stuck as well', () => {
    expect(paid.after({ type: 'CANCEL' }).when(stepDeclined('cancelPayment', 'NO')).came.parked).toEqual([
      'UNDO_FAILED',
    ]);
    expect(paid.after({ type: 'CANCEL' }).when(done('cancelPayment', { no: 1 })).came.parked).toEqual([
      'UNDO_FAILED',
    ]);
  });

  it('whose input cannot be made parks without a row, and can be skipped', () => {
    const faulty = step('faulty', {
      input: z.object({ seat: z.string() }),
      output: z.null(),
      opens: {
        kind: 'thing',
        instance: ({ seat }) => seat,
        undo: step('unmake', { input: z.object({ id: z.string() }), output: z.null() }),
        undoInput: () => {
          throw new Error('cannot say');
        },
      },
    });
    const unmake = step('unmake', { input: z.object({ id: z.string() }), output: z.null() });
    const saga = sagaOf(
      {
        initial: 'a',
        states: { a: { invoke: { src: 'faulty', input: { seat: 'X' }, onDone: 'b' } }, b: undoing },
      },
      { actors: { faulty, unmake } },
    );
    const story = given(saga, undefined).when(done('faulty', null));
    expect(story.came).toEqual(only({ state: { b: 'undoing' }, open: ['thing:X'], parked: ['UNDO_FAILED'] }));
    expect(story.when(retried()).came.parked).toEqual(['UNDO_FAILED']);
    expect(story.when(skipped('undo:thing:X:1')).came).toEqual(only({ state: { b: 'done' } }));
  });

  it('is missing for what a pivot opened: the saga parks', () => {
    const saga = sagaOf({
      initial: 'a',
      states: { a: { invoke: { src: 'issueTicket', input: { seat: 'A' }, onDone: 'b' } }, b: undoing },
    });
    const story = given(saga, undefined).when(done('issueTicket', ok));
    expect(story.came).toEqual(
      only({ state: { b: 'undoing' }, open: ['ticket.issued:A'], parked: ['UNDO_MISSING'] }),
    );
  });

  it('of what the stuck one would have closed waits for it', () => {
    const captured = paid.after({ type: 'ISSUE' }, stepUnknown('capture'));
    expect(captured.came).toMatchObject({
      state: { FAILED: 'undoing' },
      asks: ['refund'],
      open: ['seat.held:A1', 'payment.authorized:A1?', 'payment.captured:A1?'],
    });
    const stuckRefund = captured.when(stepUnknown('refund'));
    // The seat's release goes on; voiding the authorization waits, for nobody knows whether it was captured.
    expect(stuckRefund.came).toMatchObject({ asks: ['release'], parked: ['UNDO_FAILED'] });
    expect(stuckRefund.when(done('release', ok)).came.asks).toEqual([]);
  });

  it('closes with its target what its contract closes', () => {
    const story = paid.after({ type: 'ISSUE' }, stepUnknown('capture')).when(done('refund', ok));
    expect(story.came).toMatchObject({ asks: ['release'], open: ['seat.held:A1'] });
  });

  it('is adopted when its state is left and entered again', () => {
    const story = paid.after({ type: 'CANCEL' }).when({ type: 'AGAIN' });
    expect(story.came).toEqual(
      only({ state: { CANCELLED: 'undoing' }, open: ['seat.held:A1', 'payment.authorized:A1'] }),
    );
    expect(story.when(done('cancelPayment', ok)).came).toMatchObject({ asks: ['release'] });
  });

  it('goes on when its state is left; meanwhile a step that would open something is declined', () => {
    const story = paid.after({ type: 'CANCEL' }).when({ type: 'TRY' });
    expect(story.came).toEqual(
      only({ state: { CANCELLED: 'undoing' }, open: ['seat.held:A1', 'payment.authorized:A1'] }),
    );
    expect(story.envelope.snapshot.context).toMatchObject({ failure: 'compensating' });
    expect(story.decision.history.map(({ event }) => event)).toEqual(['TRY', 'authorize.declined']);
  });
});

describe('an undo that finds something', () => {
  const seatInput = z.object({ seat: z.string() });
  const giveBack = step('giveBack', { input: seatInput, output: z.null() });
  const lookAfter = step('lookAfter', {
    input: seatInput,
    output: z.object({ found: z.boolean() }),
    opens: {
      kind: 'money',
      instance: ({ seat }) => seat,
      when: ({ output }) => output.found,
      undo: giveBack,
      undoInput: ({ input }) => input,
    },
  });
  const take = step('take', {
    input: seatInput,
    output: z.object({ took: z.boolean() }),
    opens: {
      kind: 'hold',
      instance: ({ seat }) => seat,
      when: ({ output }) => output.took,
      undo: lookAfter,
      undoInput: ({ input }) => input,
    },
  });
  const saga = sagaOf(
    {
      initial: 'a',
      states: { a: { invoke: { src: 'take', input: { seat: 'X' }, onDone: 'b', onError: 'b' } }, b: undoing },
    },
    { actors: { take, lookAfter, giveBack } },
  );
  const undo = given(saga, undefined).after(stepUnknown('take'));

  it('opens it, and that is undone too', () => {
    const story = undo.when(done('lookAfter', { found: true }));
    expect(story.came).toEqual(only({ state: { b: 'undoing' }, asks: ['giveBack'], open: ['money:X'] }));
    expect(story.when(done('giveBack', null)).came).toEqual(only({ state: { b: 'done' } }));
  });

  it('opens nothing where its `when` says no, nor before it has said anything', () => {
    expect(undo.came).toMatchObject({ asks: ['lookAfter'], open: ['hold:X?'] });
    expect(undo.when(done('lookAfter', { found: false })).came).toEqual(only({ state: { b: 'done' } }));
  });

  it('`when` takes back what a step did not open after all', () => {
    expect(given(saga, undefined).when(done('take', { took: false })).came).toEqual(
      only({ state: { b: 'done' } }),
    );
    expect(given(saga, undefined).when(done('take', { took: true })).came).toMatchObject({
      open: ['hold:X'],
    });
  });
});
