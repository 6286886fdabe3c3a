import fc from 'fast-check';
import { describe, expect, test as it } from 'vitest';
import { type Choice, RandomWalk, type Walkable } from './test-support/random-walk.js';
import { booking } from './testing/conformance/booking-saga.js';
import { group } from './testing/conformance/group-saga.js';
import { pair } from './testing/conformance/pair-saga.js';

const reference = { reference: 'r' };
const outputs = { reserve: reference, authorize: reference, capture: reference, notify: null };
const types = ['PAY', 'CANCEL', 'ISSUE', 'PRINT', 'RESTART', 'AGAIN', 'TRY', 'SHRUG', 'GRUMBLE', 'TRIP'];

const walks: readonly (Walkable & { readonly kept: RegExp })[] = [
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
        { numRuns: 300 },
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
        { numRuns: 300 },
      );
    });
  },
);
