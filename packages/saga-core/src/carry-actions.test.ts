import { describe, expect, test as it } from 'vitest';
import { assign, cancel, emit, log, raise } from 'xstate';
import { sagaOf } from './test-support/saga-of.js';
import { booking } from './testing/conformance/booking-saga.js';
import { delayed, given, only, stepDone, timerFires } from './testing/index.js';

const kept = { tags: ['rest'], meta: { keeps: ['seat.held'] } } as const;

describe('timers', () => {
  it('are armed by named delays, due from the time of the decision', () => {
    const story = given(booking, { seat: 'A1' }, { at: 500 }).after(stepDone('reserve', { reference: 'r' }));
    expect(story.decision.effects).toMatchObject([
      { type: 'runStep' },
      { type: 'armTimer', key: 'timer:xstate.after.TTL.(machine).RESERVED:1', dueAt: 10_500 },
      { type: 'armTimer', dueAt: 3_500 },
    ]);
  });

  it('raised with an id and a delay are timers, and cancelled by their id', () => {
    const saga = sagaOf(
      {
        initial: 'a',
        states: {
          a: {
            ...kept,
            entry: raise({ type: 'LATER' }, { id: 'mine', delay: 'TTL' as never }),
            on: { LATER: 'b', STOP: { actions: cancel('mine') } },
          },
          b: kept,
        },
      },
      { events: ['LATER', 'STOP'] },
    );
    const story = given(saga, undefined);
    expect(story.came).toEqual(only({ state: 'a', arms: ['mine'] }));
    expect(story.when({ type: 'STOP' }).came).toEqual(only({ state: 'a', disarms: ['mine'] }));
    expect(story.when(timerFires('mine')).came).toEqual(only({ state: 'b' }));
  });

  it('raised again with the same id take the place of the one before', () => {
    const arm = raise({ type: 'LATER' }, { id: 'mine', delay: 'TTL' as never });
    const saga = sagaOf(
      { initial: 'a', states: { a: { ...kept, entry: arm, on: { AGAIN: { actions: arm }, LATER: {} } } } },
      { events: ['AGAIN', 'LATER'] },
    );
    const story = given(saga, undefined).when(delayed(400, { type: 'AGAIN' }));
    expect(story.came).toEqual(only({ state: 'a', arms: ['mine'], disarms: ['mine'] }));
    expect(story.envelope.timers).toMatchObject([{ id: 'mine', visit: 2, dueAt: 1_400 }]);
  });

  it('that are armed and cancelled in the same decision leave no trace', () => {
    const saga = sagaOf({
      initial: 'passing',
      states: { passing: { after: { TTL: 'away' }, always: 'away' }, away: kept },
    });
    expect(given(saga, undefined).came).toEqual(only({ state: 'away' }));
  });

  it('with a delay that is no time park the saga', () => {
    for (const delay of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      const saga = sagaOf(
        { initial: 'a', states: { a: { ...kept, on: { GO: 'b' } }, b: { ...kept, after: { ODD: 'a' } } } },
        { events: ['GO'], delays: { ODD: () => delay } },
      );
      const story = given(saga, undefined).when({ type: 'GO' });
      expect(story.came).toEqual(only({ state: 'a', outcome: 'deferred PARKED', parked: ['DECIDE_FAILED'] }));
    }
  });
});

describe('actions', () => {
  it('that raise at once are not carried out again', () => {
    const saga = sagaOf(
      {
        context: { count: 0 },
        initial: 'a',
        states: {
          a: {
            ...kept,
            on: {
              GO: { actions: raise({ type: 'INNER' }) },
              INNER: {
                actions: assign({ count: ({ context }) => (context as { count: number }).count + 1 }),
              },
            },
          },
        },
      },
      { events: ['GO', 'INNER'] },
    );
    const story = given(saga, undefined).when({ type: 'GO' });
    expect(story.came).toEqual(only({ state: 'a' }));
    expect(story.envelope.snapshot.context).toEqual({ count: 1 });
  });

  it('that emit publish, counted per saga; that log are told to the logger', () => {
    const saga = sagaOf(
      {
        initial: 'a',
        states: {
          a: {
            ...kept,
            on: {
              GO: { actions: [emit({ type: 'ONE' }), emit({ type: 'TWO', n: 2 }), log('hello', 'greeting')] },
            },
          },
        },
      },
      { events: ['GO'] },
    );
    const story = given(saga, undefined).after({ type: 'GO' }).when({ type: 'GO' });
    expect(story.decision.effects).toEqual([
      { type: 'publish', sequence: 3, event: { type: 'ONE' } },
      { type: 'publish', sequence: 4, event: { type: 'TWO', n: 2 } },
      { type: 'log', label: 'greeting', value: 'hello' },
    ]);
  });
});
