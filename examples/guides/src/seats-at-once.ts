import { compensate, defineSaga, withCheckOptions } from '@countermand/saga-core';
import { assign, enqueueActions, setup } from 'xstate';
import { z } from 'zod';
import { bookSeat, freeSeat } from './trip-steps.ts';

const party = z.object({ seats: z.array(z.string()).min(1).max(8) });
type Party = z.infer<typeof party>;

const machine = setup({
  types: { context: {} as Party & { booked: number }, input: {} as Party },
  actors: { bookSeat, freeSeat, compensate },
  guards: { isLast: ({ context }) => context.booked + 1 >= context.seats.length },
}).createMachine({
  context: ({ input }) => ({ seats: input.seats, booked: 0 }),
  initial: 'booking',
  states: {
    // #region spawn
    booking: {
      entry: enqueueActions(({ context, enqueue }) => {
        for (const seat of context.seats)
          enqueue.spawnChild('bookSeat', { id: `seat.${seat}`, input: { seat } });
      }),
      on: {
        'xstate.done.actor.*': [
          { guard: 'isLast', target: 'booked' },
          { actions: assign({ booked: ({ context }) => context.booked + 1 }) },
        ],
        'xstate.error.actor.*': 'undoing',
      },
    },
    // #endregion spawn
    undoing: { invoke: { src: 'compensate', onDone: 'cancelled' } },
    booked: { tags: 'rest', meta: { keeps: ['seat.booked'] } },
    cancelled: { tags: 'rest' },
  },
});

const saga = defineSaga({ name: 'seats', version: 1, machine, input: party, events: {} });

// #region check
/** Counts by a guard: with samples of the input the check asks it. */
export const seatsAtOnce = withCheckOptions(saga, {
  samples: { input: [{ seats: ['1A'] }, { seats: ['1A', '1B', '1C'] }] },
  alike: ['1A', '1B', '1C'],
});
// #endregion check
