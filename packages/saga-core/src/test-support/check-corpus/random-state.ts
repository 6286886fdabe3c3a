import fc from 'fast-check';

/** The states of every random machine. */
export const NAMES = ['S0', 'S1', 'S2', 'S3'];

/** A state to lead to. */
export const target = fc.constantFrom(...NAMES);
const handler = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: target },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
/** What a state does with each public event. */
export const events = fc.record({ GO: handler, KEPT: handler, NEWS: handler });
/** What an end keeps. */
export const keeps = fc.subarray(['a', 'b', 'c', 'd', 'p']);

/** A step to take. */
export const stepName = fc.constantFrom(
  'openA',
  'openB',
  'moveA',
  'closeA',
  'plain',
  'pivot',
  'ship',
  'sail',
);
/** Any state, whether it makes sense or not. */
export const state = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      src: stepName,
      // Seldom nothing takes that it is done, or what takes it throws.
      onDone: fc.option(target, { nil: undefined, freq: 12 }),
      chokes: fc.integer({ min: 0, max: 14 }).map((drawn) => drawn === 14),
      onError: fc.option(target, { nil: undefined, freq: 8 }),
      // `freq` is of how many drawn one is nothing.
      timer: fc.option(target, { nil: undefined, freq: 2 }),
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
      keeps,
      on: events,
    }),
  },
);

/** A state of a random machine. */
export type RandomState = typeof state extends fc.Arbitrary<infer T> ? T : never;
