import fc from 'fast-check';
import { events, keeps, type RandomState, state, stepName, target } from './random-state.js';

/** A machine that is built to be sound, or one defect away from it. */
interface BuiltMachine {
  readonly states: readonly RandomState[];
  readonly defers: boolean;
  readonly hasNews: boolean;
}

type Step = RandomState & { readonly kind: 'step' };
type Kinds = Extract<RandomState, { readonly kind: 'rest' }>['keeps'];

/** Two steps one after the other, and what is open when both are done. */
const PAIRS: readonly { readonly steps: readonly [Step['src'], Step['src']]; readonly open: Kinds }[] = [
  { steps: ['openA', 'openB'], open: ['a', 'b'] },
  { steps: ['openB', 'openA'], open: ['a', 'b'] },
  { steps: ['openA', 'moveA'], open: ['c'] },
  { steps: ['openA', 'closeA'], open: [] },
  { steps: ['openA', 'plain'], open: ['a'] },
  { steps: ['openB', 'plain'], open: ['b'] },
  { steps: ['plain', 'openA'], open: ['a'] },
  { steps: ['plain', 'openB'], open: ['b'] },
  { steps: ['openA', 'pivot'], open: ['a', 'p'] },
  { steps: ['openB', 'pivot'], open: ['b', 'p'] },
  { steps: ['openA', 'ship'], open: ['a'] },
  { steps: ['openB', 'ship'], open: ['b'] },
  { steps: ['openA', 'sail'], open: ['a', 'd'] },
  { steps: ['openB', 'sail'], open: ['b', 'd'] },
];

const orUndo = fc.constantFrom({}, 'S2');

/** Two steps, and the end that keeps what they open; what fails or is called off is undone. */
const twoSteps = fc
  .record({
    pair: fc.constantFrom(...PAIRS),
    defers: fc.boolean(),
    hasNews: fc.boolean(),
    kept: orUndo,
    go: orUndo,
    late: orUndo,
  })
  .map(({ pair, defers, hasNews, kept, go, late }): BuiltMachine => {
    const [first, second] = pair.steps;
    // What nobody knows of it parks, for nothing undoes it.
    const isFinal = second === 'pivot' || second === 'ship';
    const isPivot = isFinal || second === 'sail';
    // What follows the point of no return is called off no more.
    const after = (to: object | string) => (isPivot ? {} : to);
    const NEWS = hasNews && !isPivot ? 'S2' : undefined;
    return {
      defers,
      hasNews: NEWS !== undefined,
      states: [
        stepTo(first, 'S1', 'S2', { GO: 'S2', KEPT: isPivot ? 'S2' : kept, NEWS }),
        stepTo(second, 'S3', isFinal ? undefined : 'S2', { GO: after(go), KEPT: after('S2'), NEWS }),
        { kind: 'undo', onDone: 'S3', on: { GO: {}, KEPT: {}, NEWS } },
        { kind: 'rest', keeps: pair.open, on: { GO: after(late), KEPT: {}, NEWS } },
      ],
    };
  });

/** A step, and a wait for the event that lets it stand; without it, all is undone. */
const stepAndWait = fc
  .record({
    src: fc.constantFrom('openA' as const, 'openB' as const),
    defers: fc.boolean(),
    hasNews: fc.boolean(),
    kept: fc.constantFrom('S2', 'S3'),
    go: orUndo,
  })
  .map(({ src, defers, hasNews, kept, go }): BuiltMachine => {
    const NEWS = hasNews ? 'S2' : undefined;
    return {
      defers,
      hasNews,
      states: [
        stepTo(src, 'S1', 'S2', { GO: go, KEPT: defers ? undefined : {}, NEWS }),
        { kind: 'wait', timer: 'S2', on: { GO: 'S3', KEPT: kept, NEWS } },
        { kind: 'undo', onDone: 'S3', on: { GO: {}, KEPT: {}, NEWS } },
        { kind: 'rest', keeps: src === 'openA' ? ['a'] : ['b'], on: { GO: {}, KEPT: {}, NEWS } },
      ],
    };
  });

/** Changes one thing about a state, which may make no difference. */
type Change = (one: RandomState) => RandomState;

const change: fc.Arbitrary<Change> = fc.oneof(
  target.map(
    (to): Change =>
      (one) =>
        leading(one, to),
  ),
  fc.option(target, { nil: undefined }).map(
    (onError): Change =>
      (one) =>
        one.kind === 'step' ? { ...one, onError } : one,
  ),
  fc.option(target, { nil: undefined }).map(
    (timer): Change =>
      (one) =>
        one.kind === 'step' || one.kind === 'wait' ? { ...one, timer } : one,
  ),
  fc.tuple(events, fc.constantFrom('GO' as const, 'KEPT' as const, 'NEWS' as const)).map(
    ([on, type]): Change =>
      (one) => ({ ...one, on: { ...one.on, [type]: on[type] } }),
  ),
  stepName.map(
    (src): Change =>
      (one) =>
        one.kind === 'step' ? { ...one, src } : one,
  ),
  keeps.map(
    (kinds): Change =>
      (one) =>
        one.kind === 'rest' ? { ...one, keeps: kinds } : one,
  ),
  // The end stays one: a saga needs a state of rest.
  state.map(
    (other): Change =>
      (one) =>
        one.kind === 'rest' ? one : other,
  ),
);

const mutation = fc.record({ at: fc.integer({ min: 0, max: 3 }), change });

/** Machines that are built to be sound; of most of them one thing is changed. */
export const soundMachines: fc.Arbitrary<BuiltMachine> = fc
  .tuple(fc.oneof(twoSteps, stepAndWait), fc.option(mutation, { nil: undefined, freq: 3 }))
  .map(([machine, mutated]) => {
    if (!mutated) return machine;
    const states = machine.states.map((one, index) => (index === mutated.at ? mutated.change(one) : one));
    return { ...machine, states: machine.hasNews ? states : states.map(withoutNews) };
  });

/** Nothing waits for an event that the saga doesn't have. */
function withoutNews(one: RandomState): RandomState {
  return { ...one, on: { ...one.on, NEWS: undefined } };
}

function stepTo(src: Step['src'], onDone: string, onError: string | undefined, on: Step['on']): Step {
  return { kind: 'step', src, onDone, chokes: false, onError, timer: undefined, on };
}

function leading(one: RandomState, to: string): RandomState {
  switch (one.kind) {
    case 'step':
    case 'undo':
      return { ...one, onDone: to };
    case 'wait':
      return { ...one, timer: to };
    default:
      return one;
  }
}
