import { describe, expect, test as it } from 'vitest';
import { z } from 'zod';
import type { Envelope } from './envelope.js';
import type { AnySaga } from './saga-definition.js';
import type { SagaMigration } from './saga-migration.js';
import { step } from './step.js';
import { type SagaOfOptions, sagaOf, undoing } from './test-support/saga-of.js';
import * as steps from './testing/conformance/booking-steps.js';
import { given, type Happening, parkedByHand, type SentEvent, stepDone } from './testing/index.js';
import { examineUpgrade } from './upgrade-saga.js';

const seat = { seat: 'A1' };
const calls = (id: string, src: string, next = 'held') => ({
  invoke: { id, src, input: seat, onDone: next, onError: next },
});
const rest = { tags: ['rest'], meta: { keeps: ['seat.held', 'payment.captured'] } };
/** Reserves a seat, waits with it, and then captures or gives it back. */
const states = {
  reserving: calls('r', 'reserve'),
  held: { after: { TTL: 'back' }, on: { PAY: 'paying', LEAVE: 'back' } },
  paying: calls('c', 'capture', 'kept'),
  kept: rest,
  back: undoing,
};
const events = ['PAY', 'LEAVE'];
const TTL = 'xstate.after.TTL.(machine).held';
const first = sagaOf({ initial: 'reserving', states }, { events });

/** The next version: what differs in its states, in its options, and what its migration says. */
function next(
  migration: SagaMigration | undefined,
  changed: object = {},
  options: SagaOfOptions = {},
): AnySaga {
  const of = { events, version: 2, ...options, ...(migration && { migrate: { 1: migration } }) };
  return sagaOf({ initial: 'reserving', states: { ...states, ...changed } }, of);
}

const stands = (...what: readonly (Happening | SentEvent)[]): Envelope =>
  given(first, undefined).after(...what).envelope;
const reserved = stepDone('reserve', { reference: 'r-1' });
const reserving = stands();
const held = stands(reserved);
const paying = stands(reserved, { type: 'PAY' });
const leaving = stands(reserved, { type: 'LEAVE' });

const { release, refund } = steps;
const contract = { input: z.object({ seat: z.string() }), output: z.object({ reference: z.string() }) };
const holding = (kind: string) => ({
  kind,
  instance: (input: { seat: string }) => input.seat,
  undo: release,
  undoInput: ({ input }: { input: { seat: string } }) => ({ seat: input.seat, reference: null }),
});
const renamed = step('holdSeat', { ...contract, opens: holding('seat.held') });
const keeping = step('reserve', { ...contract, opens: holding('seat.kept') });
const openHanded = step('reserve', contract);
const demanding = step('reserve', {
  ...contract,
  input: z.object({ seat: z.string(), row: z.number() }),
  opens: holding('seat.held'),
});
const closesNothing = step('capture', {
  ...contract,
  opens: { ...holding('payment.captured'), undo: refund },
});

describe('a saga can move', () => {
  it.each([
    { where: 'with a step in flight', envelope: reserving, saga: next({}) },
    { where: 'with something open, and a timer', envelope: held, saga: next({}) },
    { where: 'with an undo in flight', envelope: leaving, saga: next({}) },
    {
      where: 'with a step in flight that has another name now',
      envelope: reserving,
      saga: next(
        { steps: { reserve: 'holdSeat' } },
        { reserving: calls('r', 'holdSeat') },
        { actors: { holdSeat: renamed } },
      ),
    },
  ])('$where', ({ envelope, saga }) => {
    expect(examineUpgrade(saga, envelope, { structure: first.structure })).toEqual({
      verdict: 'can-move',
      reasons: [],
    });
  });
});

describe('a saga is unsafe to move now', () => {
  it.each([
    {
      where: 'to a version that is older than its own',
      envelope: { ...held, version: 3 },
      saga: next({}),
      reason: 'it is of version 3, which is newer',
    },
    {
      where: 'to another saga',
      envelope: held,
      saga: next({}, {}, { name: 'another' }),
      reason: "it is a saga 'sample'",
    },
    {
      where: 'to the same version of another structure',
      envelope: held,
      saga: sagaOf({ initial: 'reserving', states: { ...states, more: rest } }, { events }),
      reason: 'another structure has the same version; give this one a version of its own',
    },
    {
      where: 'while its participant knows a step by an id that it would lose',
      envelope: reserving,
      saga: next({ invokes: { r: 'hold' } }, { reserving: calls('hold', 'reserve') }),
      reason:
        "step 'reserve' in flight has the id 'r', which the participant knows it by, and would be 'hold'; " +
        'wait for its answer, or keep the id',
    },
    {
      where: 'while a step is in flight under whose id another one is invoked',
      envelope: reserving,
      saga: next({}, { reserving: calls('r', 'authorize') }),
      reason: "step 'reserve' in flight has the id 'r', under which this version invokes 'authorize'",
    },
    {
      where: 'while a step is in flight that opens something else now',
      envelope: reserving,
      saga: next({}, {}, { actors: { reserve: keeping } }),
      reason: "step 'reserve' in flight was begun to open 'seat.held', which its contract no longer says",
    },
    {
      where: 'while a step is in flight that opens nothing now',
      envelope: reserving,
      saga: next({}, {}, { actors: { reserve: openHanded } }),
      reason: "step 'reserve' in flight was begun to open 'seat.held', which its contract no longer says",
    },
    {
      where: 'while a step is in flight that closes something else now',
      envelope: paying,
      saga: next({}, {}, { actors: { capture: closesNothing } }),
      reason:
        "step 'capture' in flight was begun to close [payment.authorized], which its contract no longer says",
    },
    {
      where: 'while a step is in flight whose input would not be taken any more',
      envelope: reserving,
      saga: next({}, {}, { actors: { reserve: demanding } }),
      reason: "the input of step 'reserve' in flight doesn't fit this version's schema; wait for its answer",
    },
    {
      where: 'while an undo is under way by the name of what it undoes',
      envelope: leaving,
      saga: next({ obligations: { 'seat.held': 'seat.kept' } }, {}, { actors: { reserve: keeping } }),
      reason:
        "step 'release' in flight is known to its participant by another name of what it undoes; wait until it has",
    },
    {
      where: 'into a state that begins a step when it is entered',
      envelope: held,
      saga: next(
        { states: { held: 'checking' }, timers: { [TTL]: null } },
        { checking: calls('n', 'authorize') },
      ),
      reason: "'checking' begins 'authorize' when it is entered, and this saga is past that",
    },
    {
      where: 'into a state that begins to undo when it is entered',
      envelope: held,
      saga: next({ states: { held: 'back.undoing' }, timers: { [TTL]: null } }),
      reason: "'back.undoing' begins 'compensate' when it is entered, and this saga is past that",
    },
  ])('$where', ({ envelope, saga, reason }) => {
    const { verdict, reasons } = examineUpgrade(saga, envelope, { structure: first.structure });
    expect(verdict).toBe('unsafe');
    expect(reasons).toContain(reason);
  });
});

describe('a saga needs a mapping', () => {
  it.each([
    {
      where: 'where nobody has thought of its version',
      envelope: held,
      saga: next(undefined),
      reason: "'migrate' says nothing of version 1; { 1: {} } says that nothing has to be mapped",
    },
    {
      where: 'from a state that is gone',
      envelope: held,
      saga: sagaOf(
        { initial: 'reserving', states: { reserving: calls('r', 'reserve', 'kept'), kept: rest } },
        { events, version: 2, migrate: { 1: { timers: { [TTL]: null } } } },
      ),
      reason: "state 'held' is none of this version; say in 'states' where it went",
    },
    {
      where: 'while a step is in flight that is none of its new version',
      envelope: reserving,
      saga: next({ steps: { reserve: 'holdSeat' } }),
      reason: "step 'holdSeat' in flight is no step of this version; name its new one in 'steps'",
    },
    {
      where: 'while a step is in flight whose answer nobody would take',
      envelope: reserving,
      saga: next({ states: { reserving: 'kept' } }),
      reason: "no active state of this version takes the answer of step 'reserve' in flight (id 'r')",
    },
    {
      where: 'that holds what its new version could not undo',
      envelope: held,
      saga: next({}, {}, { actors: { reserve: openHanded } }),
      reason: "step 'reserve' doesn't say any more how 'seat.held' is undone",
    },
    {
      where: 'into a state with a timeout that its own did not have',
      envelope: held,
      saga: next(
        { timers: { [TTL]: null } },
        { held: { after: { PATIENCE: 'back' }, on: { PAY: 'paying' } } },
        { delays: { PATIENCE: 5_000 } },
      ),
      reason: "'held' arms 'PATIENCE' when it is entered, and this saga is past that; say so in 'arm'",
    },
    {
      where: 'while a timer is armed that nobody would wait for',
      envelope: held,
      saga: next({}, { held: { on: { PAY: 'paying' } } }),
      reason: `no active state of this version waits for the timer '${TTL}'; map it, or null, in 'timers'`,
    },
    {
      where: 'while it undoes, where no state of its new version does',
      envelope: leaving,
      saga: next({ states: { 'back.undoing': 'kept' } }),
      reason: "it is undoing for '0.(machine).kept', and no active state of this version is",
    },
    {
      where: 'while an event waits that is none of its new version',
      envelope: stands(reserved, parkedByHand(), { type: 'PAY' }),
      saga: next({}, { held: { after: { TTL: 'back' }, on: { LEAVE: 'back' } } }, { events: ['LEAVE'] }),
      reason: "an event 'PAY' waits, which is no public event of this version; map it in 'events'",
    },
  ])('$where', ({ envelope, saga, reason }) => {
    const { verdict, reasons } = examineUpgrade(saga, envelope, { structure: first.structure });
    expect(verdict).toBe('needs-mapping');
    expect(reasons).toContain(reason);
  });
});
