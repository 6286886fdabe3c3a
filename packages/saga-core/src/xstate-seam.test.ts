import { describe, expect, test as it } from 'vitest';
import { assign } from 'xstate';
import { plainEvent, sagaOf } from './test-support/saga-of.js';
import { pair } from './testing/conformance/pair-saga.js';
import { given, only, stepDone } from './testing/index.js';

const reserve = (seat: string, more: object = {}) => ({
  id: 'reserve',
  src: 'reserve',
  input: { seat },
  ...more,
});
const kept = { tags: ['rest'], meta: { keeps: ['seat.held'] } } as const;
const boom = () => {
  throw new Error('boom');
};

describe('a context', () => {
  const bad: readonly (readonly [string, unknown])[] = [
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['NaN', Number.NaN],
    ['undefined in an array', [undefined]],
    ['a bigint', 1n],
    ['a function', boom],
    ['NUL', 'a\u0000'],
    ['a lone surrogate', '\ud800'],
    ['a key that reaches a prototype', JSON.parse('{"__proto__": {}}')],
  ];

  it.each(bad)('with %s is refused: the saga stays where it was, parked', (_name, value) => {
    const saga = sagaOf(
      {
        context: {},
        initial: 'a',
        states: {
          a: { ...kept, on: { GO: { target: 'b', actions: assign({ value: () => value }) } } },
          b: kept,
        },
      },
      { events: ['GO'] },
    );
    const story = given(saga, undefined).when({ type: 'GO' });
    expect(story.came).toEqual(only({ state: 'a', outcome: 'deferred PARKED', parked: ['DECIDE_FAILED'] }));
    expect(story.envelope.snapshot.context).toEqual({});
  });

  it('that grows too large is refused', () => {
    const saga = sagaOf(
      {
        context: {},
        initial: 'a',
        states: { a: { ...kept, on: { GO: { actions: assign({ text: () => 'x'.repeat(262_144) }) } } } },
      },
      { events: ['GO'] },
    );
    expect(given(saga, undefined).when({ type: 'GO' }).envelope.parked[0]?.message).toContain(
      'the context has',
    );
  });
});

describe('a machine that loops', () => {
  it('on its own transitions is stopped, and the saga parks', () => {
    const saga = sagaOf(
      { initial: 'a', states: { a: { ...kept, on: { GO: 'b' } }, b: { always: 'c' }, c: { always: 'b' } } },
      { events: ['GO'] },
    );
    const story = given(saga, undefined).when({ type: 'GO' });
    expect(story.came).toMatchObject({ state: 'a', parked: ['DECIDE_FAILED'] });
    expect(story.envelope.parked[0]?.message).toMatch(/infinite loop|iterations/i);
  });
});

describe('parallel regions', () => {
  it('each invoke, and are stored and restored after every decision', () => {
    const story = given(pair, undefined);
    expect(story.came).toMatchObject({
      asks: ['reserve', 'reserve'],
      open: ['seat.held:L?', 'seat.held:R?'],
    });
    const half = story.when(stepDone('left', { reference: 'l' }));
    expect(half.came).toEqual(
      only({ state: { both: { left: 'sure', right: 'asking' } }, open: ['seat.held:L', 'seat.held:R?'] }),
    );
    expect(half.when(stepDone('right', { reference: 'r' })).came.state).toEqual({
      both: { left: 'sure', right: 'sure' },
    });
  });
});

describe('states of other kinds', () => {
  it('a history state remembers through a round trip', () => {
    const saga = sagaOf(
      {
        initial: 'work',
        states: {
          work: {
            initial: 'one',
            states: { one: { on: { NEXT: 'two' } }, two: {}, back: { type: 'history' } },
            on: { PAUSE: 'paused' },
          },
          paused: { ...kept, on: { RESUME: 'work.back' } },
        },
      },
      { events: ['NEXT', 'PAUSE', 'RESUME'] },
    );
    const story = given(saga, undefined).after({ type: 'NEXT' }, { type: 'PAUSE' });
    expect(story.when({ type: 'RESUME' }).came.state).toEqual({ work: 'two' });
  });

  it('a final root takes no event any more, but late news still settles the ledger', () => {
    const saga = sagaOf(
      {
        initial: 'asking',
        states: {
          asking: { invoke: reserve('A'), on: { END: 'over' } },
          over: { type: 'final', tags: ['rest'] },
        },
      },
      { events: ['END'] },
    );
    const story = given(saga, undefined).after({ type: 'END' });
    expect(story.envelope.snapshot.status).toBe('done');
    expect(story.when({ type: 'END' }).came.outcome).toBe('ignored NOT_HANDLED');
    const late = story.when(stepDone('reserve', { reference: 'r' }));
    expect(late.came).toMatchObject({
      outcome: 'ignored STEP_LEFT',
      parked: ['OBLIGATION_LEFT_OPEN'],
      open: ['seat.held:A'],
    });
  });

  it('a done state in a region moves the machine within the same decision', () => {
    const saga = sagaOf(
      {
        initial: 'work',
        states: {
          work: {
            initial: 'one',
            states: { one: { on: { NEXT: 'end' } }, end: { type: 'final' } },
            onDone: 'after',
          },
          after: kept,
        },
      },
      { events: ['NEXT'], declared: { UNUSED: plainEvent } },
    );
    expect(given(saga, undefined).when({ type: 'NEXT' }).came).toEqual(only({ state: 'after' }));
  });
});
