import { assign, enqueueActions, setup, stopChild } from 'xstate';
import { z } from 'zod';
import { compensate } from '../../compensate.js';
import { defineSaga } from '../../define-saga.js';
import { publicEvent } from '../../public-event.js';
import { release, reserve } from './booking-steps.js';

interface GroupContext {
  readonly seats: readonly string[];
  readonly got: number;
  readonly refused: number;
}

const seats = z.object({ seats: z.array(z.string()) });

const machine = setup({
  types: {
    context: {} as GroupContext,
    events: {} as { type: 'CLOSE' | 'UNDO' } | { type: 'DROP'; seat: string },
    input: {} as { seats: string[] },
  },
  actors: { reserve, release, compensate },
  actions: {
    countGot: assign({ got: ({ context }) => context.got + 1 }),
    countRefused: assign({ refused: ({ context }) => context.refused + 1 }),
  },
}).createMachine({
  context: ({ input }) => ({ seats: input.seats, got: 0, refused: 0 }),
  initial: 'GATHERING',
  states: {
    GATHERING: {
      entry: enqueueActions(({ context, enqueue }) => {
        for (const seat of context.seats)
          enqueue.spawnChild('reserve', { id: `seat-${seat}`, input: { seat } });
      }),
      on: {
        'xstate.done.actor.*': { actions: 'countGot' },
        'xstate.error.actor.seat-tolerated': { actions: 'countRefused' },
        DROP: { actions: stopChild(({ event }) => `seat-${event.seat}`) },
        CLOSE: 'CLOSED',
        UNDO: 'UNDONE',
      },
    },
    CLOSED: { tags: ['rest'], meta: { keeps: ['seat.held'] } },
    UNDONE: {
      initial: 'undoing',
      states: { undoing: { invoke: { src: 'compensate', onDone: 'done' } }, done: { tags: ['rest'] } },
    },
  },
});

/** Several seats at once, each held by a spawned step with an id of its own. */
export const group = defineSaga({
  name: 'group',
  version: 1,
  machine,
  input: seats,
  events: {
    CLOSE: publicEvent({ schema: z.object({}) }),
    UNDO: publicEvent({ schema: z.object({}) }),
    DROP: publicEvent({ schema: z.object({ seat: z.string() }) }),
  },
});
