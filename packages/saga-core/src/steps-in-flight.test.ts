import { describe, expect, test as it } from 'vitest';
import { raise } from 'xstate';
import { decide } from './decide.js';
import { sagaOf, undoing } from './test-support/saga-of.js';
import { given, only, stepDeclined, stepDone, stepUnknown } from './testing/index.js';

const reserve = (seat: string, more: object = {}) => ({
  id: 'reserve',
  src: 'reserve',
  input: { seat },
  ...more,
});
const kept = { tags: ['rest'], meta: { keeps: ['seat.held'] } } as const;

describe('a visit', () => {
  const saga = sagaOf(
    {
      initial: 'asking',
      states: {
        asking: {
          invoke: reserve('A', { onDone: 'done', onError: 'failed' }),
          after: { TTL: 'failed' },
          on: { AGAIN: { target: 'asking', reenter: true } },
        },
        done: kept,
        failed: undoing,
      },
    },
    { events: ['AGAIN'] },
  );

  it('fences the answer of the one before', () => {
    const story = given(saga, undefined).when({ type: 'AGAIN' });
    expect(story.came).toEqual(
      only({
        state: 'asking',
        asks: ['reserve'],
        leaves: ['reserve:1'],
        arms: ['TTL'],
        disarms: ['TTL'],
        open: ['seat.held:A?'],
      }),
    );
    const late = story.when(stepDone('reserve:1', { reference: 'first' }));
    expect(late.came).toEqual(only({ state: 'asking', outcome: 'ignored STEP_LEFT', open: ['seat.held:A'] }));
    expect(late.when(stepDone('reserve:2', { reference: 'second' })).came).toEqual(
      only({ state: 'done', disarms: ['TTL'], open: ['seat.held:A'] }),
    );
  });

  it('fences the timer of the one before', () => {
    const { envelope } = given(saga, undefined).after({ type: 'AGAIN' });
    const [armed] = envelope.timers;
    const old = { type: 'timer', id: armed?.id ?? '', visit: 1 } as const;
    const decision = decide(saga, envelope, old, 1_000);
    expect(decision).toMatchObject({ outcome: 'ignored', reason: 'TIMER_NOT_ARMED', effects: [] });
    expect(decision.envelope.snapshot.value).toBe('asking');
    expect(decide(saga, envelope, { ...old, visit: 2 }, 1_000).outcome).toBe('applied');
  });

  it('of a step counts apart from that of a timer with the same id', () => {
    const same = sagaOf(
      {
        initial: 'a',
        states: {
          a: {
            ...kept,
            invoke: reserve('A'),
            entry: raise({ type: 'LATER' }, { id: 'reserve', delay: 'TTL' as never }),
            on: { LATER: {} },
          },
        },
      },
      { events: ['LATER'] },
    );
    const story = given(same, undefined);
    expect(story.decision.effects.map((effect) => 'key' in effect && effect.key).sort()).toEqual([
      'reserve:1',
      'timer:reserve:1',
    ]);
  });

  it('that never ran takes back nothing of the one that took its place', () => {
    const stays = given(saga, undefined).after({ type: 'AGAIN' }).when(stepUnknown('reserve:1', 0));
    expect(stays.came).toEqual(
      only({ state: 'asking', outcome: 'ignored STEP_LEFT', open: ['seat.held:A?'] }),
    );
    const doubtful = stays.when(stepUnknown('reserve:2'));
    expect(doubtful.came).toMatchObject({
      state: { failed: 'undoing' },
      asks: ['release'],
      open: ['seat.held:A?'],
    });
    const no = stays.when(stepDeclined('reserve:2', 'TAKEN'));
    expect(no.came).toEqual(only({ state: { failed: 'done' }, disarms: ['TTL'] }));
  });

  it('with a definite no takes back nothing of another that is in doubt', () => {
    const story = given(saga, undefined).after({ type: 'AGAIN' }, stepUnknown('reserve:2'));
    expect(story.came.asks).toEqual([]);
    const settled = story.when(stepDeclined('reserve:1', 'TAKEN'));
    expect(settled.came).toMatchObject({ asks: ['release'], open: ['seat.held:A?'] });
  });

  it('has a number even where its id is the name of a member of every object', () => {
    for (const id of ['constructor', '__proto__', 'toString']) {
      const odd = sagaOf({ initial: 'a', states: { a: { ...kept, invoke: { ...reserve('A'), id } } } });
      const story = given(odd, undefined);
      expect(story.decision.effects).toMatchObject([{ key: `${id}:1` }]);
      expect(story.when(stepDone(id, { reference: 'r' })).came).toMatchObject({
        state: 'a',
        open: ['seat.held:A'],
      });
    }
  });
});

describe('a step that is asked for and left in the same decision', () => {
  it('is never asked for, and opens nothing', () => {
    const saga = sagaOf({
      initial: 'passing',
      states: { passing: { invoke: reserve('A'), always: 'away' }, away: { tags: ['rest'] } },
    });
    const story = given(saga, undefined);
    expect(story.came).toEqual(only({ state: 'away' }));
    expect(story.envelope.runs).toEqual([]);
  });
});
