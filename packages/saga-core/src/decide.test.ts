import { describe, expect, test as it } from 'vitest';
import { assign } from 'xstate';
import { z } from 'zod';
import { begin, decide } from './decide.js';
import type { Envelope } from './envelope.js';
import { publicEvent } from './public-event.js';
import { sagaOf, undoing } from './test-support/saga-of.js';
import { booking } from './testing/conformance/booking-saga.js';
import { given, only, stepDeclined, stepDone } from './testing/index.js';

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
    expect(() => start('a:b', { seat: 'A1' })).toThrow('a saga id is a text of 1 to 128 of');
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
