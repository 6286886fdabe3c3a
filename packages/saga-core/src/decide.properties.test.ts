import fc from 'fast-check';
import { describe, expect, test as it } from 'vitest';
import { type Choice, RandomWalk, type Walkable } from './test-support/random-walk.js';
import { booking } from './testing/conformance/booking-saga.js';
import { group } from './testing/conformance/group-saga.js';
import { pair } from './testing/conformance/pair-saga.js';

const reference = { reference: 'r' };
const outputs = { reserve: reference, authorize: reference, capture: reference, notify: null };
const types = ['PAY', 'CANCEL', 'ISSUE', 'PRINT', 'RESTART', 'AGAIN', 'TRY', 'SHRUG', 'GRUMBLE', 'TRIP'];

/** Money comes while a seat is being reserved; the answer breaks its schema, and nobody looks for twenty seconds. */
const moneyBeforeAPause: Choice[] = [
  [3, 30, 0],
  [0, 0, 7],
  ...[6, 4, 8, 7, 9, 8, 9, 7, 2].map((how): Choice => [0, 0, how]),
];

const walks: readonly (Walkable & { readonly kept: RegExp; readonly examples?: [Choice[]][] })[] = [
  {
    saga: booking,
    input: { seat: 'A1' },
    outputs,
    ending: 'CANCEL',
    events: [
      ...types.map((type) => ({ type })),
      { type: 'PAY' },
      { type: 'CANCEL' },
      { type: 'NOTE', text: 'hello' },
      { type: 'NOTE', text: 'unwelcome' },
      { type: 'PAYMENT_CAME', reference: 'x' },
      { type: 'UNHEARD_OF' },
    ],
    kept: /^BOOKED$/,
    examples: [[moneyBeforeAPause]],
  },
  {
    saga: group,
    input: { seats: ['A', 'B', 'C'] },
    outputs,
    ending: 'UNDO',
    events: [{ type: 'CLOSE' }, { type: 'UNDO' }, { type: 'DROP', seat: 'A' }, { type: 'DROP', seat: 'B' }],
    kept: /^CLOSED$/,
  },
  { saga: pair, input: null, outputs, ending: 'FORGET', events: [{ type: 'FORGET' }], kept: /^\{"both"/ },
];

/** More of them: `COUNTERMAND_WALKS=5000 npm test -- decide.properties`; each run has a seed of its own. */
const numRuns = Number(process.env['COUNTERMAND_WALKS'] ?? 300);

const choices: fc.Arbitrary<Choice[]> = fc.array(
  fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 31 }), fc.nat({ max: 9 })),
  { minLength: 1, maxLength: 60 },
);

describe.each(walks.map((walk) => [walk.saga.name, walk] as const))(
  'whatever happens to a %s',
  (_name, walk) => {
    it('its books hold, its history has no gap, and replaying it gives what is stored', () => {
      fc.assert(
        fc.property(choices, (made) => {
          const saga = new RandomWalk(walk);
          for (const choice of made) saga.step(choice);
          expect(saga.replay()).toEqual(saga.envelope);
        }),
        { numRuns },
      );
    });

    it('it comes to rest when all is well again, and nothing is left in the world that its end does not keep', () => {
      fc.assert(
        fc.property(choices, (made) => {
          const saga = new RandomWalk(walk);
          for (const choice of made) saga.step(choice);
          saga.finish();
          const { value } = saga.envelope.snapshot;
          const state = typeof value === 'string' ? value : JSON.stringify(value);
          expect(walk.kept.test(state) ? [] : [...saga.world.open]).toEqual([]);
        }),
        { numRuns, ...(walk.examples && { examples: walk.examples }) },
      );
    });
  },
);
