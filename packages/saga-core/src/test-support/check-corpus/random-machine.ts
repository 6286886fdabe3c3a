import fc from 'fast-check';
import { assign } from 'xstate';
import type { AnySaga } from '../../saga-definition.js';
import { events, keeps, NAMES, type RandomState, state } from './random-state.js';
import { deed, kept, newsOf, smallSaga } from './small-saga.js';
import { soundMachines } from './sound-machine.js';

const undoA = deed('undoA');
const undoB = deed('undoB');
const undoC = deed('undoC');
const undoD = deed('undoD');
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
  deed('ship', { pivot: true }),
  // Until it is known to be done, there is a way back: what it may have done is undone.
  undoD,
  deed('sail', { opens: 'd', undo: undoD, pivot: true, probe: true, declines: ['NO'] }),
];
/** States of a small machine without guards, the last of them at rest. */
const randomStates: fc.Arbitrary<readonly RandomState[]> = fc
  .tuple(state, state, state, keeps, events)
  .map(([first, second, third, keeps, on]) => [first, second, third, { kind: 'rest' as const, keeps, on }]);

interface Handlers {
  readonly GO?: string | object | undefined;
  readonly KEPT?: string | object | undefined;
}

/** A random machine: its states, the last of them at rest, and how it is drawn. */
export interface RandomMachine {
  readonly states: readonly RandomState[];
  /** Whether an event is kept for later. */
  readonly defers: boolean;
  /** Whether something outside may open what must be undone. */
  readonly hasNews: boolean;
  /** Whether it was built to be sound, but for one defect perhaps. */
  readonly isBuilt: boolean;
}

const freeMachines: fc.Arbitrary<RandomMachine> = fc
  .record({ states: randomStates, defers: fc.boolean(), careful: fc.boolean() })
  .map(({ states, defers, careful }) => ({
    // Of some the author thought of most things.
    states: careful ? withCare(states) : states,
    defers,
    hasNews: !careful,
    isBuilt: false,
  }));

const builtMachines = soundMachines.map((machine): RandomMachine => ({ ...machine, isBuilt: true }));

/** Half of them are anything at all, half are sound or one defect away from it. */
export const randomMachines: fc.Arbitrary<RandomMachine> = fc.oneof(freeMachines, builtMachines);

function chokes(): never {
  throw new Error('it chokes');
}

/** The saga of a random machine. */
export function sagaOfRandom({ states, defers, hasNews }: RandomMachine): AnySaga {
  const isUndo = (name: string | undefined) => states[NAMES.indexOf(name ?? '')]?.kind === 'undo';
  // One compensation never leads straight to another, which would never come to a stop.
  const tame = (one: RandomState) =>
    one.kind === 'undo' && isUndo(one.onDone) ? { ...one, onDone: 'S3' } : one;
  const config = Object.fromEntries(states.map((one, index) => [`S${index}`, configOf(tame(one))]));
  const declared = { GO: {}, KEPT: defers ? kept : {} };
  return smallSaga('random', {
    steps: STEPS,
    events: hasNews ? { ...declared, NEWS: newsOf('b', undoB) } : declared,
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
