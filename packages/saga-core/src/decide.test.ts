import { describe, expect, test as it } from 'vitest';
import { assign, cancel, emit, log, raise } from 'xstate';
import { z } from 'zod';
import { begin, decide } from './decide.js';
import type { Envelope } from './envelope.js';
import { publicEvent } from './public-event.js';
import { plainEvent, sagaOf, undoing } from './test-support/saga-of.js';
import { booking } from './testing/conformance/booking-saga.js';
import { pair } from './testing/conformance/pair-saga.js';
import { given, only, stepDeclined, stepDone, stepUnknown, timerFires } from './testing/index.js';

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

describe('a start', () => {
  it('enters the initial state, asks for its steps, and tells so', () => {
    const story = given(booking, { seat: 'A1' }, { sagaId: 'order-7', at: 5 });
    expect(story.came).toEqual(only({ state: 'RESERVING', asks: ['reserve'], open: ['seat.held:A1?'] }));
    expect(story.decision.effects).toMatchObject([
      { key: 'reserve:1', role: 'invoke', input: { seat: 'A1' }, idempotencyKey: 'order-7:reserve:1' },
    ]);
    expect(story.decision.history).toEqual([
      {
        seq: 1,
        at: 5,
        event: 'start',
        outcome: 'applied',
        from: null,
        to: 'RESERVING',
        actor: 'customer',
        cause: { type: 'start', input: { seat: 'A1' } },
      },
    ]);
  });

  it('is refused for an input that breaks its schema, a bad id, and a machine that throws', () => {
    const start = (sagaId: string, input: unknown) => begin(booking, { sagaId, input, at: 0, actor: 'x' });
    expect(() => start('a', { seat: 7 })).toThrow("input of saga 'booking': seat: ");
    expect(() => start('a:b', { seat: 'A1' })).toThrow('a saga id is 1 to 128 of');
    const saga = sagaOf({ initial: 'a', states: { a: { ...kept, entry: assign(boom) } } });
    expect(() => begin(saga, { sagaId: 's', input: null, at: 0, actor: 'x' })).toThrow('boom');
  });

  it('with events that came early decides each by itself, as the history tells', () => {
    const saga = sagaOf(
      {
        initial: 'asking',
        states: {
          asking: { invoke: reserve('A', { onDone: 'away' }), on: { CANCEL: 'away' } },
          away: undoing,
        },
      },
      { declared: { CANCEL: publicEvent({ schema: z.object({}), defer: { ttlMs: 1_000 } }) } },
    );
    const early = {
      type: 'event',
      messageId: 'm',
      event: { type: 'CANCEL' },
      actor: 'webhook',
      accepted: true,
      receivedAt: 0,
    } as const;
    const beginning = { sagaId: 's', input: null, at: 5, actor: 'x' };
    const together = begin(saga, { ...beginning, early: [early] });
    const first = begin(saga, beginning);
    const second = decide(saga, first.envelope, early, 5);
    expect(together.envelope).toEqual(second.envelope);
    expect(together.effects).toEqual([...first.effects, ...second.effects]);
    expect(together.history).toEqual([...first.history, ...second.history]);
  });
});

describe('an envelope', () => {
  const { envelope } = given(booking, { seat: 'A1' });
  const event = {
    type: 'event',
    messageId: 'm',
    event: { type: 'CANCEL' },
    actor: 'x',
    accepted: false,
  } as const;
  const tampered = (change: Partial<Envelope>) => () => decide(booking, { ...envelope, ...change }, event, 1);

  it('of another saga, version or structure is refused', () => {
    expect(tampered({ saga: 'other' })).toThrow("of 'other' version 1, not 'booking' 1");
    expect(tampered({ version: 2 })).toThrow("of 'booking' version 2, not 'booking' 1");
    expect(tampered({ fingerprint: 'x' })).toThrow("another structure of 'booking' version 1");
  });

  it('with a state that the machine has not is refused before it is restored', () => {
    const inState = (value: never) => tampered({ snapshot: { ...envelope.snapshot, value } });
    for (const value of [
      'constructor',
      'NOWHERE',
      'FAILED',
      { FAILED: 'nowhere' },
      { RESERVING: 'deeper' },
      [],
      null,
      7,
    ]) {
      expect(inState(value as never)).toThrow('stored state value');
    }
  });

  it('is not changed by a decision', () => {
    const before = structuredClone(envelope);
    decide(booking, envelope, event, 1);
    expect(envelope).toEqual(before);
  });
});

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

describe('an answer', () => {
  it('of a step that is in flight no more is ignored, with its reason', () => {
    const { envelope } = given(booking, { seat: 'A1' });
    const outcome = { kind: 'done', output: { reference: 'r' } } as const;
    const decision = decide(
      booking,
      envelope,
      { type: 'answer', id: 'reserve', visit: 9, outcome, attempts: 1 },
      1,
    );
    expect(decision).toMatchObject({ outcome: 'ignored', reason: 'STEP_NOT_IN_FLIGHT', effects: [] });
  });

  it('that no transition takes never puts the machine into its error status', () => {
    const saga = sagaOf({
      initial: 'a',
      states: { a: { ...kept, invoke: [reserve('A'), { ...reserve('B'), id: 'other' }] } },
    });
    const story = given(saga, undefined).when(stepDeclined('reserve', 'TAKEN'));
    expect(story.came).toMatchObject({
      state: 'a',
      parked: ['STEP_ERROR_UNHANDLED'],
      parksRows: ['reserve:1'],
    });
    expect(story.envelope.snapshot.status).toBe('active');
  });

  it('that the machine throws on settles its obligation all the same', () => {
    const story = given(booking, { seat: 'A1' }).when(stepDone('reserve', { reference: 'indigestible' }));
    expect(story.came).toEqual(
      only({
        state: 'RESERVING',
        outcome: 'deferred PARKED',
        open: ['seat.held:A1'],
        parked: ['DECIDE_FAILED'],
      }),
    );
  });

  it('goes through JSON, so that the history replays to the same', () => {
    const output = { reference: 'r', when: new Date(0), size: 5n, nothing: undefined };
    const story = given(booking, { seat: 'A1' }).when(stepDone('reserve', output));
    expect(story.came.state).toBe('RESERVED');
    const plain = { reference: 'r', when: '1970-01-01T00:00:00.000Z', size: '5' };
    expect(story.decision.history).toMatchObject([{ cause: { outcome: { kind: 'done', output: plain } } }]);
  });

  it('that cannot be written as JSON parks, and its history can be stored', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    for (const output of [
      cycle,
      () => 1,
      { reference: 'nul \u0000' },
      { reference: '\ud800' },
      JSON.parse('{"__proto__": 1}'),
    ]) {
      const { came, decision } = given(booking, { seat: 'A1' }).when(stepDone('reserve', output));
      expect(came).toMatchObject({ state: 'RESERVING', parked: ['OUTPUT_INVALID'], open: ['seat.held:A1?'] });
      const stored = JSON.stringify([decision.history, decision.envelope]);
      expect(stored.isWellFormed() && !stored.includes('\\u0000')).toBe(true);
      expect(stored).not.toContain('\\ud800');
    }
  });
});

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
