import { describe, expect, test as it } from 'vitest';
import { assign, stopChild } from 'xstate';
import { z } from 'zod';
import { decide } from './decide.js';
import { asAction, step } from './step.js';
import { sagaOf, undoing } from './test-support/saga-of.js';
import { booking } from './testing/conformance/booking-saga.js';
import { group } from './testing/conformance/group-saga.js';
import {
  given,
  only,
  parkedByHand,
  retried,
  skipped,
  stepAwaits,
  stepDeclined,
  stepDone,
  stepUnknown,
} from './testing/index.js';

const start = given(booking, { seat: 'A1' });
const reserved = start.after(stepDone('reserve', { reference: 'r' }));
const paid = reserved.after({ type: 'PAY' }, stepDone('authorize', { reference: 'p' }));
const rest = { tags: ['rest'] } as const;

describe('the answer of a step', () => {
  it('done makes its obligation certain, closes what its contract closes, and reaches onDone', () => {
    expect(start.when(stepDone('reserve', { reference: 'r' })).came).toMatchObject({
      open: ['seat.held:A1'],
    });
    const captured = paid.after({ type: 'ISSUE' }).when(stepDone('capture', { reference: 'c' }));
    expect(captured.came).toMatchObject({
      state: 'TICKETING',
      open: ['seat.held:A1', 'payment.captured:A1', 'ticket.issued:A1?'],
    });
  });

  it('declined takes its obligation back and reaches onError with code and details', () => {
    const saga = sagaOf({
      context: {},
      initial: 'a',
      states: {
        a: {
          invoke: {
            id: 'reserve',
            src: 'reserve',
            input: { seat: 'A' },
            onError: {
              target: 'b',
              actions: assign({ error: ({ event }) => (event as { error?: unknown }).error }),
            },
          },
        },
        b: rest,
      },
    });
    const story = given(saga, undefined).when(stepDeclined('reserve', 'TAKEN', { by: 'B' }));
    expect(story.came).toEqual(only({ state: 'b' }));
    expect(story.envelope.snapshot.context).toEqual({
      error: { kind: 'declined', code: 'TAKEN', message: 'declined: TAKEN', details: { by: 'B' } },
    });
  });

  it('declined after a lost answer leaves it in doubt', () => {
    expect(start.when(stepDeclined('reserve', 'TAKEN', undefined, 2)).came).toMatchObject({
      state: { FAILED: 'undoing' },
      asks: ['release'],
      open: ['seat.held:A1?'],
    });
  });

  it('unknown leaves in doubt what it opens and what it would have closed', () => {
    expect(paid.after({ type: 'ISSUE' }).when(stepUnknown('capture')).came).toMatchObject({
      open: ['seat.held:A1', 'payment.authorized:A1?', 'payment.captured:A1?'],
    });
  });

  it('unknown without an attempt is none: nothing was done', () => {
    expect(start.when(stepUnknown('reserve', 0)).came).toEqual(only({ state: { FAILED: 'done' } }));
  });

  it('that comes later is only noted, until it comes', () => {
    const story = start.when(stepAwaits('reserve'));
    expect(story.came).toEqual(only({ state: 'RESERVING', open: ['seat.held:A1?'] }));
    expect(story.envelope.runs).toMatchObject([{ awaiting: true }]);
    expect(story.when(stepDone('reserve', { reference: 'r' })).came).toMatchObject({ state: 'RESERVED' });
  });

  it('twice counts once', () => {
    const { envelope } = reserved;
    expect(envelope.runs.some(({ id }) => id === 'reserve')).toBe(false);
    expect(() => reserved.when(stepDone('reserve', { reference: 'again' }))).toThrow(
      "no step 'reserve' is in flight",
    );
  });
});

describe('an answer that cannot be taken', () => {
  it('a decline that the contract does not know parks the step, raw; a retry runs it with the same key', () => {
    const story = start.when(stepDeclined('reserve', 'MOOD', { why: 'Monday' }));
    expect(story.came).toEqual(
      only({
        state: 'RESERVING',
        outcome: 'deferred PARKED',
        parksRows: ['reserve:1'],
        parked: ['DECLINE_NOT_DECLARED'],
        open: ['seat.held:A1?'],
      }),
    );
    expect(story.envelope.parked[0]?.raw).toEqual({
      kind: 'declined',
      code: 'MOOD',
      details: { why: 'Monday' },
    });
    expect(story.when(retried('reserve:1')).came).toMatchObject({ reruns: ['reserve:1'], parked: [] });
  });

  it('an output that breaks its schema parks the step, raw, and stays in doubt whatever the retry says', () => {
    const story = start.when(stepDone('reserve', { wrong: 1 }));
    expect(story.envelope.parked).toMatchObject([
      {
        code: 'OUTPUT_INVALID',
        message: expect.stringMatching(/^step 'reserve': output: reference: Invalid input[^{]*$/),
        key: 'reserve:1',
        raw: { wrong: 1 },
      },
    ]);
    const again = story.after(retried());
    const undone = { state: { FAILED: 'undoing' }, asks: ['release'], open: ['seat.held:A1?'] };
    expect(again.when(stepDeclined('reserve', 'TAKEN')).came).toMatchObject(undone);
    expect(again.when(stepUnknown('reserve', 0)).came).toMatchObject(undone);
    expect(again.when(stepDone('reserve', { reference: 'r' })).came).toMatchObject({ state: 'RESERVED' });
  });

  it('of a step that was left settles as unknown, without parking anything', () => {
    const left = start.after({ type: 'CANCEL' });
    const story = left.when(stepDone('reserve', { wrong: 1 }));
    expect(story.came).toMatchObject({ outcome: 'ignored STEP_LEFT', parked: [], asks: ['release'] });
  });

  it('an action parks its row alone', () => {
    const story = reserved.when(stepUnknown('notify'));
    expect(story.came).toEqual(
      only({
        state: 'RESERVED',
        outcome: 'ignored STEP_PARKED',
        parksRows: ['notify:1'],
        open: ['seat.held:A1'],
      }),
    );
    expect(story.when(retried('notify:1')).came).toMatchObject({ reruns: ['notify:1'], outcome: 'applied' });
    expect(story.when(skipped('notify:1')).came).toMatchObject({ givesUp: ['notify:1'], outcome: 'applied' });
    expect(story.after(skipped('notify:1')).envelope.runs).toEqual([]);
  });

  it('an error that no state waits for parks the step; declined and retried, it opens its obligation anew', () => {
    const saga = sagaOf({
      initial: 'a',
      states: {
        a: { invoke: { id: 'reserve', src: 'reserve', input: { seat: 'A' }, onDone: 'b' } },
        b: undoing,
      },
    });
    const story = given(saga, undefined).when(stepDeclined('reserve', 'TAKEN'));
    expect(story.came).toMatchObject({ parked: ['STEP_ERROR_UNHANDLED'], open: [] });
    const again = story.when(retried());
    expect(again.came).toEqual(only({ state: 'a', reruns: ['reserve:1'], open: ['seat.held:A?'] }));
    expect(again.when(stepDone('reserve', { reference: 'r' })).came).toMatchObject({
      state: { b: 'undoing' },
      asks: ['release'],
    });
    expect(again.when(stepDeclined('reserve', 'TAKEN')).came).toMatchObject({ open: [] });
  });

  it('an error that no state waits for is let go by a skip, without parking again', () => {
    const saga = sagaOf(
      {
        initial: 'a',
        states: {
          a: {
            invoke: { id: 'reserve', src: 'reserve', input: { seat: 'A' }, onDone: 'b' },
            on: { STOP: 'b' },
          },
          b: undoing,
        },
      },
      { events: ['STOP'] },
    );
    const story = given(saga, undefined).after(stepUnknown('reserve')).when(skipped('reserve:1'));
    expect(story.came).toEqual(only({ state: 'a', givesUp: ['reserve:1'], open: ['seat.held:A?'] }));
    expect(story.when({ type: 'STOP' }).came).toMatchObject({ asks: ['release'] });
  });

  it('a step refused for compensating parks where its state has no onError, and runs when a person retries', () => {
    const saga = sagaOf(
      {
        initial: 'a',
        states: {
          a: { invoke: { id: 'first', src: 'reserve', input: { seat: 'A' }, onDone: 'undoing' } },
          undoing: { invoke: { src: 'compensate', onDone: 'c' }, on: { AGAIN: 'b' } },
          b: { invoke: { id: 'second', src: 'reserve', input: { seat: 'B' }, onDone: 'c' } },
          c: rest,
        },
      },
      { events: ['AGAIN'] },
    );
    const story = given(saga, undefined)
      .after(stepDone('first', { reference: 'r' }))
      .when({ type: 'AGAIN' });
    expect(story.came).toMatchObject({
      state: 'b',
      parked: ['STEP_ERROR_UNHANDLED'],
      parksRows: ['second:1'],
    });
    const undone = story.after(stepDone('release', { ok: true })).when(retried());
    expect(undone.came).toMatchObject({ state: 'b', reruns: ['second:1'], open: ['seat.held:B?'] });
  });
});

describe('the answer of a step that nobody waits for', () => {
  const seat = { input: z.object({ seat: z.string() }), output: z.object({ ok: z.boolean() }) };
  const held = { kind: 'seat.held', instance: ({ seat }: { seat: string }) => seat };
  const giveBack = step('giveBack', { ...seat, declines: ['TOO_LATE'], closes: held });
  /** Holds a seat, and gives it back by an action. */
  const asked = (action: typeof giveBack) =>
    given(
      sagaOf(
        {
          initial: 'a',
          states: {
            a: { invoke: { id: 'reserve', src: 'reserve', input: { seat: 'A' }, onDone: 'b' } },
            b: {
              ...rest,
              meta: { keeps: ['seat.held'] },
              entry: { type: 'giveBack', params: { seat: 'A' } },
            },
          },
        },
        { actors: { giveBack: action }, actions: { giveBack: asAction(action) } },
      ),
      undefined,
    ).after(stepDone('reserve', { reference: 'r' }));
  const story = asked(giveBack);

  it.each([
    ['done closes what it was to close', stepDone('giveBack', { ok: true }), []],
    ['unknown leaves that in doubt', stepUnknown('giveBack'), ['seat.held:A?']],
    ['declined leaves it open', stepDeclined('giveBack', 'TOO_LATE'), ['seat.held:A']],
    [
      'declined after a lost answer leaves it in doubt',
      stepDeclined('giveBack', 'TOO_LATE', undefined, 2),
      ['seat.held:A?'],
    ],
    ['unknown without an attempt leaves it open', stepUnknown('giveBack', 0), ['seat.held:A']],
    ['that breaks its schema leaves it in doubt', stepDone('giveBack', { wrong: 1 }), ['seat.held:A?']],
    ['that its contract does not know, too', stepDeclined('giveBack', 'MOOD'), ['seat.held:A?']],
  ] as const)('%s', (_title, happening, open) => {
    expect(story.when(happening).came).toMatchObject({ state: 'b', open, parked: [] });
  });

  it('stays in doubt whatever a retry is told, until the step is done', () => {
    const again = story.after(stepUnknown('giveBack'), retried('giveBack:1'));
    expect(again.when(stepDeclined('giveBack', 'TOO_LATE')).came).toMatchObject({ open: ['seat.held:A?'] });
    expect(again.when(stepDone('giveBack', { ok: true })).came).toMatchObject({ open: [] });
    expect(story.after(stepUnknown('giveBack')).when(skipped('giveBack:1')).came).toMatchObject({
      open: ['seat.held:A?'],
    });
  });

  it('on which its contract throws leaves it in doubt when a person gives that up', () => {
    const throws = (): boolean => {
      throw new Error('odd');
    };
    const closes = [held, { kind: 'other', instance: () => 'x', when: throws }];
    const odd = asked(step('giveBack', { ...seat, declines: ['TOO_LATE'], closes }));
    const parked = odd.when(stepDone('giveBack', { ok: true }));
    expect(parked.came).toMatchObject({ parked: ['DECIDE_FAILED'], open: ['seat.held:A'] });
    expect(parked.when(skipped('cause')).came).toMatchObject({ parked: [], open: ['seat.held:A?'] });
  });
});

describe('an answer on which the machine throws', () => {
  const story = start.after(stepDone('reserve', { reference: 'indigestible' }));

  it('is decided again by a retry, without the step being asked for', () => {
    const again = story.when(retried());
    expect(again.came).toEqual(
      only({ state: 'RESERVING', open: ['seat.held:A1'], parked: ['DECIDE_FAILED'] }),
    );
  });

  it('reaches the machine as unknown when it is given up; the ledger keeps what it knows', () => {
    const skippedStory = story.when(skipped('cause'));
    expect(skippedStory.came).toEqual(
      only({ state: { FAILED: 'undoing' }, asks: ['release'], open: ['seat.held:A1'] }),
    );
    expect(skippedStory.envelope.snapshot.context).toMatchObject({ failure: 'UNKNOWN' });
  });

  it('is given up alone: what parked and what came beside it stays', () => {
    const region = (seat: string) => ({
      initial: 'asking',
      states: {
        asking: {
          invoke: {
            id: seat,
            src: 'reserve',
            input: { seat },
            onDone: {
              target: 'sure',
              actions: assign(({ event }) => {
                if ((event as unknown as { output: { reference: string } }).output.reference === 'bad')
                  throw new Error('bad');
                return {};
              }),
            },
            onError: 'unsure',
          },
        },
        sure: rest,
        unsure: rest,
      },
    });
    const saga = sagaOf({
      type: 'parallel',
      context: {},
      meta: { keeps: ['seat.held'] },
      states: { L: region('L'), R: region('R') },
    });
    const both = given(saga, undefined)
      .after(stepDone('R', { wrong: 1 }))
      .when(retried());
    expect(both.came).toMatchObject({ reruns: ['R:1'], parked: [] });
    const parked = both.after(stepDone('L', { reference: 'bad' }), stepDone('R', { wrong: 1 }));
    expect(parked.came.parked).toEqual(['DECIDE_FAILED', 'OUTPUT_INVALID']);
    // The skipped row's answer is kept beside the culprit, which is still the one that `cause` means.
    const one = parked.when(skipped('R:1'));
    expect(one.came).toMatchObject({ parked: ['DECIDE_FAILED'], givesUp: ['R:1'] });
    const two = one.when(skipped('cause'));
    expect(two.came).toMatchObject({ state: { L: 'unsure', R: 'unsure' }, parked: [] });
  });
});

describe('a parked saga', () => {
  it('settles the ledger by answers that come, and gives them to the machine on resume', () => {
    const story = start.after(parkedByHand()).when(stepDone('reserve', { reference: 'r' }));
    expect(story.came).toEqual(
      only({
        state: 'RESERVING',
        outcome: 'deferred PARKED',
        parked: ['PARKED_BY_HAND'],
        open: ['seat.held:A1'],
      }),
    );
    expect(story.when(retried()).came).toMatchObject({ state: 'RESERVED', asks: ['notify'] });
  });

  it('takes an answer that it keeps only once', () => {
    const story = start.after(parkedByHand(), stepDone('reserve', { reference: 'r' }));
    const outcome = { kind: 'done', output: { reference: 'again' } } as const;
    const again = decide(
      booking,
      story.envelope,
      { type: 'answer', id: 'reserve', visit: 1, outcome, attempts: 1 },
      1,
    );
    expect(again).toMatchObject({ outcome: 'ignored', reason: 'STEP_NOT_IN_FLIGHT' });
    expect(again.envelope.kept).toHaveLength(1);
  });

  it('a retry without anything parked, and of what does not exist, are refused', () => {
    expect(start.when(retried()).came.outcome).toBe('refused NOT_PARKED');
    expect(start.when(retried('reserve:1')).came.outcome).toBe('refused NOT_PARKED');
    expect(start.when(retried('other:1')).came.outcome).toBe('refused STEP_NOT_FOUND');
    expect(start.when(skipped('reserve:1')).came.outcome).toBe('refused NOT_PARKED');
  });

  it('for several reasons goes on when the last is resolved', () => {
    const story = start.after(parkedByHand(), stepDeclined('reserve', 'MOOD')).when(retried('reserve:1'));
    expect(story.came).toMatchObject({ parked: ['PARKED_BY_HAND'], reruns: ['reserve:1'] });
    expect(story.when(retried('hand')).came).toMatchObject({ parked: [] });
  });
});

describe('spawned steps', () => {
  const story = given(group, { seats: ['A', 'B'] });

  it('are asked for under ids of their own, and kept as children while they are in flight', () => {
    expect(story.decision.effects).toMatchObject([
      { id: 'seat-A', key: 'seat-A:1', step: 'reserve', input: { seat: 'A' } },
      { id: 'seat-B', key: 'seat-B:1' },
    ]);
    const one = story.after(stepDone('seat-A', { reference: 'a' }));
    expect(one.envelope.snapshot.children).toEqual({ 'seat-B': 'reserve' });
  });

  it('that fail where no transition takes it are told in the history, and nothing else happens', () => {
    const failed = story.when(stepDeclined('seat-A', 'TAKEN'));
    expect(failed.came).toEqual(
      only({ state: 'GATHERING', outcome: 'ignored NOT_HANDLED', open: ['seat.held:B?'] }),
    );
  });

  it('that are stopped are left: the answer settles the obligation, and nothing of the machine', () => {
    const stopped = story.when({ type: 'DROP', seat: 'A' });
    expect(stopped.came).toMatchObject({ leaves: ['seat-A:1'], outcome: 'applied' });
    const late = stopped.when(stepDone('seat-A', { reference: 'a' }));
    expect(late.came).toMatchObject({ outcome: 'ignored STEP_LEFT', open: ['seat.held:A', 'seat.held:B?'] });
    expect(late.envelope.snapshot.context).toMatchObject({ got: 0 });
  });

  it('that are stopped twice, or after their answer, are stopped once', () => {
    expect(story.after({ type: 'DROP', seat: 'A' }).when({ type: 'DROP', seat: 'A' }).came.leaves).toEqual(
      [],
    );
    expect(
      story.after(stepDone('seat-A', { reference: 'a' })).when({ type: 'DROP', seat: 'A' }).came.leaves,
    ).toEqual([]);
  });

  it('are not stopped when their state is left', () => {
    const closed = story.when({ type: 'CLOSE' });
    expect(closed.came.leaves).toEqual([]);
    expect(closed.when(stepDone('seat-A', { reference: 'a' })).came).toMatchObject({
      outcome: 'ignored NOT_HANDLED',
    });
  });

  it('that are invoked may be stopped too', () => {
    const saga = sagaOf(
      {
        initial: 'a',
        states: {
          a: {
            ...rest,
            meta: { keeps: ['seat.held'] },
            invoke: { id: 'reserve', src: 'reserve', input: { seat: 'A' } },
            on: { STOP: { actions: stopChild('reserve') } },
          },
        },
      },
      { events: ['STOP'] },
    );
    expect(given(saga, undefined).when({ type: 'STOP' }).came).toMatchObject({ leaves: ['reserve:1'] });
  });
});
