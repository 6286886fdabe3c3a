import { defineSaga, publicEvent } from '@countermand/saga-core';
import { assign, setup } from 'xstate';
import { z } from 'zod';

/** How long one waits before its timer ends it, milliseconds. */
interface Wait {
  readonly waitMs: number;
}

const machine = setup({
  types: {
    context: {} as Wait & { nudges: number },
    input: {} as Wait,
    events: {} as { type: 'NUDGE' },
  },
  delays: { WAIT: ({ context }) => context.waitMs },
}).createMachine({
  context: ({ input }) => ({ waitMs: input.waitMs, nudges: 0 }),
  initial: 'WAITING',
  states: {
    WAITING: {
      on: { NUDGE: { actions: assign({ nudges: ({ context }) => context.nudges + 1 }) } },
      after: { WAIT: 'OVER' },
    },
    OVER: { tags: ['rest'] },
  },
});

/** Waits for its timer, and counts the events that it is sent meanwhile. */
export const waitingSaga = defineSaga({
  name: 'waiting',
  version: 1,
  machine,
  events: { NUDGE: publicEvent({ schema: z.object({}) }) },
});
