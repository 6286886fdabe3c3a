import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnySaga } from '../saga-definition.js';
import { bruteForce } from '../test-support/check-corpus/brute-force.js';
import { deed, kept, newsOf, smallSaga } from '../test-support/check-corpus/small-saga.js';
import { checkSaga } from './check-saga.js';

const undoA = deed('undoA');
const undoB = deed('undoB');
const undoC = deed('undoC');
const STEPS = [
  undoA,
  undoB,
  undoC,
  deed('openA', { opens: 'a', undo: undoA, declines: ['NO'] }),
  deed('openB', { opens: 'b', undo: undoB, probe: true }),
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
      onDone: target,
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

/** A state of a random machine. */
type RandomState = typeof state extends fc.Arbitrary<infer T> ? T : never;

/** The saga of random states; whether an event is kept for later is a choice, too. One compensation never leads straight to another, which would never come to a stop. */
function machineOf(states: readonly RandomState[], defers: boolean): AnySaga {
  const isUndo = (name: string) => states[NAMES.indexOf(name)]?.kind === 'undo';
  const tame = (one: RandomState) =>
    one.kind === 'undo' && isUndo(one.onDone) ? { ...one, onDone: 'S3' } : one;
  const config = Object.fromEntries(states.map((one, index) => [`S${index}`, configOf(tame(one))]));
  return smallSaga('random', {
    steps: STEPS,
    events: { GO: {}, KEPT: defers ? kept : {}, NEWS: newsOf('b', undoB) },
    machine: { initial: 'S0', states: config },
  });
}

function configOf(one: RandomState): object {
  const on = Object.fromEntries(Object.entries(one.on).filter(([, to]) => to !== undefined));
  if (one.kind === 'rest') return { tags: ['rest'], meta: { keeps: one.keeps }, on };
  if (one.kind === 'undo') return { invoke: { src: 'compensate', onDone: one.onDone }, on };
  const after = one.timer === undefined ? {} : { SOON: one.timer };
  if (one.kind === 'wait') return { after, on };
  const { src, onDone, onError } = one;
  return { invoke: { src, input: () => ({}), onDone, ...(onError !== undefined && { onError }) }, after, on };
}

/** `pnpm check:compare` makes the whole comparison of 10,000, which takes some minutes. */
const numRuns = Number(process.env['COUNTERMAND_MACHINES'] ?? 300);

/** Rules that a brute-force walk can judge by itself. */
const JUDGED = [
  'obligation-left-open',
  'undo-missing',
  'machine-throws',
  'step-error-unhandled',
  'wait-without-timeout',
  'rest-unreachable',
  'event-undeclared',
];

test(`a brute-force walk comes to the same verdict on ${numRuns} random machines`, {
  timeout: 600_000,
}, () => {
  const seen = { sound: 0, broken: 0, tooLarge: 0 };
  fc.assert(
    fc.property(randomStates, fc.boolean(), (states, defers) => {
      const saga = machineOf(states, defers);
      const brute = bruteForce(saga);
      if (!brute) {
        seen.tooLarge += 1;
        return;
      }
      const report = checkSaga(saga);
      const findings = report.findings.filter(
        ({ rule, subject }) => JUDGED.includes(rule) && !(defers && subject.startsWith('KEPT ')),
      );
      seen[brute.sound ? 'sound' : 'broken'] += 1;
      expect({ sound: findings.length === 0, ...explained(brute.sound, brute.wrong, findings) }).toEqual({
        sound: brute.sound,
      });
      // An event that was kept can shorten the way by the answer of a step that was left in the same moment.
      if (defers) return;
      const leak = report.findings
        .filter(({ rule }) => rule === 'obligation-left-open')
        .map(({ trace }) => trace.length - 1);
      expect(leak.length === 0 ? undefined : Math.min(...leak)).toBe(brute.leakAfter);
    }),
    { numRuns },
  );
  expect(seen.sound).toBeGreaterThan(0);
  expect(seen.broken).toBeGreaterThan(0);
  expect(seen.tooLarge).toBeLessThan(numRuns / 2);
});

/** What both found, where they differ. */
function explained(
  sound: boolean,
  wrong: readonly string[],
  findings: readonly { message: string }[],
): object {
  return sound === (findings.length === 0) ? {} : { wrong, findings: findings.map(({ message }) => message) };
}
