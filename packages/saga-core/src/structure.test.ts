import { describe, expect, test as it } from 'vitest';
import { z } from 'zod';
import { publicEvent } from './public-event.js';
import { step } from './step.js';
import { diffStructures } from './structure.js';
import { type SagaOfOptions, sagaOf } from './test-support/saga-of.js';

const base = {
  initial: 'a',
  states: {
    a: {
      invoke: { id: 'reserve', src: 'reserve', input: { seat: 'A' }, onDone: 'b' },
      after: { TTL: 'b' },
      on: { GO: { guard: 'may', target: 'b' } },
    },
    b: { tags: ['rest'], meta: { keeps: ['seat.held'] } },
  },
};
const plainStep = (options: object = {}) =>
  step('extra', { input: z.object({}), output: z.null(), ...options });
const options = (more: SagaOfOptions & { extra?: object } = {}): SagaOfOptions => ({
  events: ['GO'],
  guards: { may: () => true },
  actors: { extra: plainStep(more.extra) },
  ...more,
});
const print = (config: object, more?: Parameters<typeof options>[0]) =>
  sagaOf(config, options(more)).fingerprint;
const original = print(base);

describe('the fingerprint', () => {
  it('stays the same when times, retries, schemas and the code behind names change', () => {
    expect(print(structuredClone(base))).toBe(original);
    expect(print(base, { delays: { TTL: 77 } })).toBe(original);
    expect(print(base, { guards: { may: () => false } })).toBe(original);
    expect(print(base, { extra: { timeoutMs: 5, deadlineMs: 50, retry: { attempts: 9 } } })).toBe(original);
    expect(print(base, { extra: { input: z.object({ more: z.string() }) } })).toBe(original);
    expect(print(base, { name: 'other', version: 9 })).toBe(original);
  });

  it('stays the same when events or steps are written in another order', () => {
    const one = sagaOf(base, { ...options(), events: ['GO', 'STAY'] });
    const other = sagaOf(base, { ...options(), events: ['STAY', 'GO'] });
    expect(one.fingerprint).toBe(other.fingerprint);
  });

  const { a, b } = base.states;
  it.each([
    ['a state', { ...base, states: { a, b, c: {} } }],
    ['the initial state', { ...base, initial: 'b' }],
    ['a target', { ...base, states: { a: { ...a, after: { TTL: 'a' } }, b } }],
    ['a guard', { ...base, states: { a: { ...a, on: { GO: 'b' } }, b } }],
    ['an event', { ...base, states: { a, b: { ...b, on: { GO: 'a' } } } }],
    ['a delay', { ...base, states: { a: { ...a, after: {} }, b } }],
    [
      'a step that is invoked',
      { ...base, states: { a: { ...a, invoke: { ...a.invoke, src: 'authorize' } }, b } },
    ],
    ['the id of an invoke', { ...base, states: { a: { ...a, invoke: { ...a.invoke, id: 'other' } }, b } }],
    ['a tag', { ...base, states: { a: { ...a, tags: ['rest'] }, b } }],
    ['what an end keeps', { ...base, states: { a, b: { ...b, meta: {} } } }],
    [
      'that an end names instances',
      {
        ...base,
        states: { a, b: { ...b, meta: { keeps: [{ kind: b.meta.keeps[0], instance: () => 'i' }] } } },
      },
    ],
    [
      'a reentry',
      { ...base, states: { a: { ...a, on: { GO: { guard: 'may', target: 'b', reenter: true } } }, b } },
    ],
    ['an action', { ...base, states: { a, b: { ...b, entry: { type: 'notify', params: { text: '' } } } } }],
  ])('changes with %s', (_what, config) => {
    expect(print(config)).not.toBe(original);
  });

  it.each([
    ['what a step can be declined with', { extra: { declines: ['NO'] } }],
    ['a pivot', { extra: { pivot: true } }],
    ['a probe', { extra: { probe: true } }],
    ['what a step closes', { extra: { closes: { kind: 'k', instance: () => 'i' } } }],
    ['what a step opens', { extra: { pivot: true, opens: { kind: 'k', instance: () => 'i' } } }],
    ['a public event', { events: ['GO', 'STAY'] }],
    ['a deferred event', { declared: { LATE: publicEvent({ schema: z.object({}), defer: { ttlMs: 1 } }) } }],
  ])('changes with %s', (_what, more) => {
    expect(print(base, more)).not.toBe(original);
  });
});

describe('a difference of structures', () => {
  it('is told in lines that a person can read', () => {
    const before = sagaOf(base, options()).structure;
    const changed = { ...base, states: { ...base.states, a: { ...base.states.a, after: { TTL: 'a' } } } };
    expect(diffStructures(before, sagaOf(changed, options()).structure)).toEqual([
      '- on a 2:xstate.after.TTL.(machine).a -> b',
      '+ on a 2:xstate.after.TTL.(machine).a -> a',
    ]);
    expect(diffStructures(before, before)).toEqual([]);
  });
});
