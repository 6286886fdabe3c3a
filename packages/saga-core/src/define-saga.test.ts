import { describe, expect, test as it } from 'vitest';
import { createMachine, fromPromise, raise, sendTo, setup } from 'xstate';
import { z } from 'zod';
import { defineSaga } from './define-saga.js';
import { publicEvent } from './public-event.js';
import type { AnySaga } from './saga-definition.js';
import { SagaError } from './saga-error.js';
import { asAction, step } from './step.js';
import { plainEvent, type SagaOfOptions, sagaOf } from './test-support/saga-of.js';
import * as steps from './testing/conformance/booking-steps.js';

const rest = { tags: ['rest'] } as const;

/** What the definition is refused with; `undefined` when it isn't. */
function refusal(config: object, options: SagaOfOptions = {}): string | undefined {
  try {
    sagaOf(config, options);
    return undefined;
  } catch (thrown) {
    return thrown instanceof SagaError && thrown.code === 'DEFINITION_INVALID'
      ? thrown.message
      : `not ours: ${thrown}`;
  }
}

const oneState = (state: object) => ({ initial: 'a', states: { a: { ...rest, ...state } } });

describe('a saga definition', () => {
  it('is made of a machine, its steps and its public events', () => {
    const saga = sagaOf(oneState({}), { name: 'shop', version: 3, events: ['GO'] });
    expect(saga).toMatchObject({ name: 'shop', version: 3, override: undefined });
    expect(Object.keys(saga.steps)).toEqual(Object.keys(steps));
    expect(Object.keys(saga.events)).toEqual(['GO']);
    expect(saga.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('limits how long the machine may go round, and leaves the machine that it was given alone', () => {
    const machine = createMachine({ initial: 'a', states: { a: rest } });
    // The bare machine has no types of its own to check against.
    const saga = (defineSaga as unknown as (options: object) => AnySaga)({
      name: 's',
      version: 1,
      machine,
      events: {},
    });
    expect(saga.machine.options.maxIterations).toBe(1_000);
    expect(machine.options.maxIterations).toBe(Number.POSITIVE_INFINITY);
  });

  it.each(['', '7up', 'with space', 'a'.repeat(41), 'colon:'])('refuses the name %j', (name) => {
    expect(refusal(oneState({}), { name })).toContain(
      'its name must be a letter, then letters, digits, - and _',
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses the version %d', (version) => {
    expect(refusal(oneState({}), { version })).toContain('its version must be a whole number from 1');
  });

  it('refuses an undo step that is not among the actors', () => {
    const orphan = step('orphan', { input: z.object({}), output: z.null() });
    const opener = step('opener', {
      input: z.object({}),
      output: z.null(),
      opens: { kind: 'k', instance: () => 'i', undo: orphan, undoInput: () => ({}) },
    });
    expect(refusal(oneState({}), { actors: { opener } })).toBe(
      "saga 'sample': step 'opener' is undone by 'orphan', which is not among the actors; add it there",
    );
    const UNDO = publicEvent({
      schema: z.object({}),
      opens: { kind: 'k', instance: () => 'i', undo: orphan, undoInput: () => ({}) },
    });
    expect(refusal(oneState({}), { declared: { UNDO } })).toBe(
      "saga 'sample': event 'UNDO' opens what 'orphan' undoes, which is not among the actors; add it there",
    );
  });

  it('refuses a step that stands among the actors under another name, and a false compensate', () => {
    expect(refusal(oneState({}), { actors: { hold: steps.reserve } })).toContain(
      "the step 'reserve' stands among the actors as 'hold'",
    );
    const compensate = fromPromise(() => Promise.resolve());
    expect(refusal(oneState({}), { actors: { compensate } })).toContain(
      "the actor 'compensate' must be the one that",
    );
  });

  it('refuses public events that can never be told from those of the machine', () => {
    expect(refusal(oneState({}), { declared: { 'xstate.done.actor.x': plainEvent } })).toContain(
      "can't be a public event",
    );
    expect(refusal(oneState({}), { declared: { '*': plainEvent } })).toContain("'*' can't be a public event");
  });

  it('refuses an event that waits no time or for ever, and an override that nobody declared', () => {
    const NEVER = publicEvent({ schema: z.object({}), defer: { ttlMs: 0 } });
    expect(refusal(oneState({}), { declared: { NEVER } })).toContain('defer.ttlMs must be more than 0');
    // It would be over at once: JSON knows no number like that.
    const ALWAYS = publicEvent({ schema: z.object({}), defer: { ttlMs: Number.POSITIVE_INFINITY } });
    expect(refusal(oneState({}), { declared: { ALWAYS } })).toContain(
      'defer.ttlMs must be 100 years at most',
    );
    expect(refusal(oneState({}), { override: 'MOVE' })).toContain(
      "the override event 'MOVE' is not among its events",
    );
  });

  it('refuses news of a kind that cannot be told from its instance', () => {
    const instance = () => 'x';
    const closes = publicEvent({ schema: z.object({}), closes: { kind: 'a:b', instance } });
    expect(refusal(oneState({}), { declared: { GONE: closes } })).toContain(
      "event 'GONE': 'a:b' is no kind of obligation",
    );
  });

  it('refuses invokes of anything but steps and compensate', () => {
    const other = fromPromise(() => Promise.resolve(1));
    expect(refusal(oneState({ invoke: { src: 'other' } }), { actors: { other } })).toBe(
      "saga 'sample': state 'a' invokes 'other', which is neither a step nor 'compensate' among the actors",
    );
    expect(refusal(oneState({ invoke: { src: 'nobody' } }))).toContain("invokes 'nobody'");
    expect(refusal(oneState({ invoke: { src: other } }))).toContain('which is neither a step');
    expect(refusal(oneState({ invoke: { src: 'constructor' } }))).toContain("invokes 'constructor'");
    expect(refusal(oneState({ invoke: { src: 'compensate' } }))).toBeUndefined();
  });

  it('refuses a handler for the failure of a compensation, which never comes', () => {
    const told = "state 'a' gives 'compensate' an onError, which would never be taken: an undo that can't";
    expect(refusal(oneState({ invoke: { src: 'compensate', onError: 'a' } }))).toContain(told);
    const byId = { invoke: { id: 'undo', src: 'compensate' }, on: { 'xstate.error.actor.undo': 'a' } };
    expect(refusal(oneState(byId))).toContain(told);
    expect(refusal(oneState({ invoke: { src: 'compensate', onDone: 'a' } }))).toBeUndefined();
  });

  it('refuses delays without a name, and names without a delay', () => {
    expect(refusal(oneState({ after: { 500: 'a' } }))).toBe(
      "saga 'sample': state 'a' has a delay of 500 without a name; name it in setup({ delays }) and use the name",
    );
    expect(refusal(oneState({ after: { SOON: 'a' } }))).toContain(
      "the delay 'SOON', which setup({ delays }) doesn't define",
    );
    expect(refusal(oneState({ after: { toString: 'a' } }))).toContain("the delay 'toString'");
  });

  it('refuses an event that is raised later without an id to cancel it by', () => {
    const nameless = raise({ type: 'GO' }, { delay: 'TTL' as never });
    expect(refusal(oneState({ entry: nameless }))).toContain("raises 'GO' with a delay but without an id");
    const named = raise({ type: 'GO' }, { delay: 'TTL' as never, id: 'go' });
    expect(refusal(oneState({ entry: named }), { events: ['GO'] })).toBeUndefined();
  });

  it('refuses actions that are neither of XState nor steps, wherever they stand', () => {
    const beep = () => undefined;
    const says = "the action 'beep', which is neither XState's own nor a step";
    expect(refusal(oneState({ entry: 'beep' }))).toContain(says);
    expect(refusal(oneState({ exit: [{ type: 'beep' }] }), { actions: { beep } })).toContain(says);
    expect(refusal(oneState({ on: { GO: { actions: beep } } }), { events: ['GO'] })).toContain(says);
    expect(refusal(oneState({ always: { guard: () => false, actions: 'beep' } }))).toContain(says);
    expect(refusal(oneState({ after: { TTL: { actions: 'beep' } } }))).toContain(says);
    expect(refusal({ ...oneState({}), entry: 'beep' })).toContain(`the machine has ${says}`);
    expect(refusal(oneState({ entry: 'toString' }))).toContain("the action 'toString'");
  });

  it('says of a step under another name that an action must have the name of its step', () => {
    const notify = step('notify', { input: z.object({}), output: z.object({}) });
    const saga = oneState({ entry: { type: 'remind', params: {} } });
    expect(refusal(saga, { actors: { notify }, actions: { remind: asAction(notify) } })).toBe(
      "saga 'sample': state 'a' has the action 'remind', which stands for the step 'notify': call the action as the step is called: actions: { notify: asAction(notify) }",
    );
    const remind = step('remind', { input: z.object({}), output: z.object({}) });
    expect(refusal(saga, { actors: { remind, notify }, actions: { remind: asAction(notify) } })).toContain(
      "the action 'remind', which stands for the step 'notify'",
    );
  });

  it('refuses an action that opens an obligation, and talk with other actors', () => {
    expect(refusal(oneState({ entry: 'reserve' }))).toContain(
      "uses step 'reserve' as an action, but it opens 'seat.held'; invoke it",
    );
    expect(refusal(oneState({ entry: sendTo('someone', { type: 'HELLO' }) }))).toContain(
      'uses xstate.sendTo',
    );
  });

  it('refuses a machine that can never rest, and an end after which nothing can follow', () => {
    expect(refusal({ initial: 'a', states: { a: {} } })).toContain("no state is tagged 'rest'");
    expect(refusal({ initial: 'a', states: { a: rest, end: { type: 'final' } } })).toContain(
      "state 'end' is final, so nothing can follow; tag it 'rest'",
    );
  });

  it.each([
    ['stock', 'must be a list'],
    [[1], 'lists kinds, or { kind, instance }'],
    [[{ kind: 'stock' }], 'lists kinds, or { kind, instance }'],
  ])('refuses an end that keeps %j', (keeps, message) => {
    expect(refusal({ initial: 'a', states: { a: { ...rest, meta: { keeps } } } })).toContain(
      `state 'a': meta.keeps ${message}`,
    );
  });

  it('refuses a context that is not JSON', () => {
    const define = setup({ actors: {} });
    const machine = define.createMachine({ context: { at: new Date(0) }, initial: 'a', states: { a: rest } });
    const bad = () =>
      (defineSaga as unknown as (options: object) => AnySaga)({ name: 's', version: 1, machine, events: {} });
    expect(bad).toThrow("context of saga 's'.at holds an instance of Date; keep plain JSON there");
  });
});

describe('a step', () => {
  const shapes = { input: z.object({}), output: z.null() };

  it.each([
    ['7up', {}, 'a name is a letter'],
    ['a:b', {}, 'a name is a letter'],
    ['a', { timeoutMs: 0 }, 'timeoutMs must be more than 0'],
    ['a', { timeoutMs: 20, deadlineMs: 10 }, 'deadlineMs must not be less than timeoutMs'],
    ['a', { retry: { attempts: 0 } }, 'retry.attempts must be a whole number from 1'],
    ['a', { retry: { attempts: 1.5 } }, 'retry.attempts'],
    ['a', { retry: { initialDelayMs: -1 } }, 'retry.initialDelayMs must be 0 or more'],
    ['a', { retry: { factor: 0.5 } }, 'retry.factor must be 1 or more'],
    ['a', { retry: { initialDelayMs: 9, maxDelayMs: 1 } }, 'retry.maxDelayMs must not be less'],
    ['a', { retry: { jitter: 2 } }, 'retry.jitter must be between 0 and 1'],
    ['a', { opens: { kind: 'k', instance: () => 'i' } }, 'only a pivot may open what'],
    ['a', { deadlineMs: Number.POSITIVE_INFINITY }, 'deadlineMs must be 100 years at most'],
    ['a', { timeoutMs: Number.POSITIVE_INFINITY }, 'deadlineMs must be 100 years at most'],
    ['a', { retry: { maxDelayMs: Number.POSITIVE_INFINITY } }, 'retry.maxDelayMs must be 100 years at most'],
    ['a', { pivot: true, opens: { kind: 'k:l', instance: () => 'i' } }, "'k:l' is no kind of obligation"],
    ['a', { closes: { kind: '', instance: () => 'i' } }, "'' is no kind of obligation"],
  ] as const)('named %s with %j is refused', (name, options, message) => {
    expect(() => step(name, { ...shapes, ...options })).toThrow(message);
  });

  it('has defaults for its times and retries', () => {
    expect(step('a', shapes).contract).toMatchObject({
      timeoutMs: 10_000,
      deadlineMs: 600_000,
      retry: { attempts: 5 },
      declines: [],
      pivot: false,
      probe: false,
      idempotent: true,
    });
    const opens = { kind: 'k', instance: () => 'i' };
    expect(step('a', { ...shapes, pivot: true, opens }).contract.opens?.idempotentBy).toBe('key');
  });
});
