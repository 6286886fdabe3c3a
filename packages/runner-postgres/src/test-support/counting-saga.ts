import { compensate, defineSaga, step } from '@countermand/saga-core';
import { assign, setup } from 'xstate';
import { z } from 'zod';

const seat = z.object({ seat: z.number() });
const nothing = z.object({});

const release = step('release', { input: seat, output: nothing });
const reserve = step('reserve', {
  input: seat,
  output: nothing,
  opens: {
    kind: 'seat',
    instance: ({ seat }) => String(seat),
    undo: release,
    undoInput: ({ input }) => input,
  },
});

/** A saga that reserves one seat more until it has enough. */
export const counting = defineSaga({
  name: 'counting',
  version: 1,
  events: {},
  machine: setup({
    types: { context: {} as { seat: number } },
    actors: { reserve, release, compensate },
    guards: { hasEnough: ({ context }) => context.seat >= 100 },
  }).createMachine({
    context: { seat: 0 },
    initial: 'reserving',
    states: {
      reserving: {
        entry: assign({ seat: ({ context }) => context.seat + 1 }),
        invoke: {
          src: 'reserve',
          input: ({ context }) => ({ seat: context.seat }),
          onDone: [
            { guard: 'hasEnough', target: 'reserved' },
            { target: 'reserving', reenter: true },
          ],
          onError: 'undoing',
        },
      },
      undoing: { invoke: { src: 'compensate', onDone: 'gone' } },
      reserved: { tags: ['rest'], meta: { keeps: ['seat'] } },
      gone: { tags: ['rest'] },
    },
  }),
});
