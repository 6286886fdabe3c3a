import fc from 'fast-check';
import { assign } from 'xstate';
import type { AnySaga } from '../../saga-definition.js';
import { deed, kept, newsOf, smallSaga } from './small-saga.js';

const undoA = deed('undoA');
const undoB = deed('undoB');
const undoC = deed('undoC');
const STEPS = [
  undoA,
  undoB,
  undoC,
  deed('openA', { opens: 'a', undo: undoA, declines: ['NO'] }),
  deed('openB', { opens: 'b', undo: undoB, probe: true, idempotentBy: 'instance' }),
  deed('moveA', { closes: 'a', opens: 'c', undo: undoC, declines: ['NO'] }),
  deed('closeA', { closes: 'a' }),
  deed('plain', { declines: ['NO'] }),
  deed('pivot', { opens: 'p', pivot: true }),
];
const NAMES = ['S0', 'S1', 'S2', 'S3'];

const target = fc.constantFrom(...NAMES);
const handler = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: target },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const events = fc.record({ GO: handler, KEPT: handler, NEWS: handler });
const stepName = fc.constantFrom('openA', 'openB', 'moveA', 'closeA', 'plain', 'pivot');
const state = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      src: stepName,
      // Seldom nothing takes that it is done, or what takes it throws.
      onDone: fc.option(target, { nil: undefined, freq: 12 }),
      chokes: fc.integer({ min: 0, max: 14 }).map((drawn) => drawn === 14),
      onError: fc.option(target, { nil: undefined, freq: 8 }),
      timer: fc.option(target, { nil: undefined, freq: 1 }),
      on: events,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo' as const), onDone: target, on: events }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      timer: fc.option(target, { nil: undefined, freq: 5 }),
      on: events,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('rest' as const),
      keeps: fc.subarray(['a', 'b', 'c', 'p']),
      on: events,
    }),
  },
);

/** States of a small machine without guards, the last of them at rest. */
const randomStates: fc.Arbitrary<readonly RandomState[]> = fc
  .tuple(state, state, state, fc.subarray(['a', 'b', 'c', 'p']), events)
  .map(([first, second, third, keeps, on]) => [first, second, third, { kind: 'rest' as const, keeps, on }]);

interface Handlers {
  readonly GO?: string | object | undefined;
  readonly KEPT?: string | object | undefined;
}

/** A state of a random machine. */
type RandomState = typeof state extends fc.Arbitrary<infer T> ? T : never;

/** A random machine: its states, the last of them at rest, and how it is drawn. */
export interface RandomMachine {
  readonly states: readonly RandomState[];
  /** Whether an event is kept for later. */
  readonly defers: boolean;
  /** Whether its author thought of most things, so that it is sound more often. */
  readonly careful: boolean;
}

export const randomMachines: fc.Arbitrary<RandomMachine> = fc.record({
  states: randomStates,
  defers: fc.boolean(),
  careful: fc.boolean(),
});

function chokes(): never {
  throw new Error('it chokes');
}

/** The saga of a random machine. */
export function sagaOfRandom({ states: drawn, defers, careful }: RandomMachine): AnySaga {
  const states = careful ? withCare(drawn) : drawn;
  const isUndo = (name: string | undefined) => states[NAMES.indexOf(name ?? '')]?.kind === 'undo';
  // One compensation never leads straight to another, which would never come to a stop.
  const tame = (one: RandomState) =>
    one.kind === 'undo' && isUndo(one.onDone) ? { ...one, onDone: 'S3' } : one;
  const config = Object.fromEntries(states.map((one, index) => [`S${index}`, configOf(tame(one))]));
  const events = { GO: {}, KEPT: defers ? kept : {} };
  return smallSaga('random', {
    steps: STEPS,
    events: careful ? events : { ...events, NEWS: newsOf('b', undoB) },
    machine: { initial: 'S0', states: config },
    actions: { choke: assign(chokes) },
  });
}

/** Every event is thought of, every failure leads to an undoing, every wait ends. */
function withCare([first, second, , last]: readonly RandomState[]): RandomState[] {
  const on = { GO: undefined, KEPT: undefined, NEWS: undefined };
  const undo: RandomState = { kind: 'undo', onDone: 'S3', on };
  return [first, second, undo, last].flatMap((one) => (one ? [carefully(one)] : []));
}

function carefully(one: RandomState): RandomState {
  const { GO = {}, KEPT = {} }: Handlers = one.on;
  const on = { GO, KEPT, NEWS: undefined };
  switch (one.kind) {
    case 'step':
      return { ...one, on, onDone: one.onDone ?? 'S3', onError: 'S2', chokes: false };
    case 'wait':
      return { ...one, on, timer: one.timer ?? 'S3' };
    default:
      return { ...one, on };
  }
}

function configOf(one: RandomState): object {
  const on = Object.fromEntries(Object.entries(one.on).filter(([, to]) => to !== undefined));
  if (one.kind === 'rest') return { tags: ['rest'], meta: { keeps: one.keeps }, on };
  if (one.kind === 'undo') return { invoke: { src: 'compensate', onDone: one.onDone }, on };
  const after = one.timer === undefined ? {} : { SOON: one.timer };
  if (one.kind === 'wait') return { after, on };
  const { src, onDone, onError, chokes } = one;
  const done = chokes ? { target: onDone, actions: 'choke' } : onDone;
  return {
    invoke: {
      src,
      input: () => ({}),
      ...(onDone !== undefined && { onDone: done }),
      ...(onError !== undefined && { onError }),
    },
    after,
    on,
  };
}
