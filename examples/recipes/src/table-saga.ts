import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

const table = z.object({ table: z.string(), guest: z.string() });
const nothing = z.object({});

const freeTable = step('freeTable', { input: table, output: nothing });
export const holdTable = step('holdTable', {
  input: table,
  output: nothing,
  declines: ['TAKEN'],
  opens: {
    kind: 'table.held',
    instance: ({ table }) => table,
    undo: freeTable,
    undoInput: ({ input }) => input,
  },
});
const remindGuest = step('remindGuest', { input: table, output: nothing });

type Table = z.infer<typeof table>;

const machine = setup({
  types: {
    context: {} as Table,
    input: {} as Table,
    events: {} as { type: 'CONFIRMED' } | { type: 'CANCEL' },
  },
  actors: { holdTable, freeTable, remindGuest, compensate },
  // #region delays
  delays: { TIME_TO_CONFIRM: 2 * 60 * 60_000, REMINDER: 45 * 60_000 },
  // #endregion delays
}).createMachine({
  context: ({ input }) => input,
  initial: 'holding',
  states: {
    holding: {
      invoke: { src: 'holdTable', input: ({ context }) => context, onDone: 'held', onError: 'cancelling' },
      on: { CANCEL: 'cancelling' },
    },
    // #region waiting
    held: {
      after: { TIME_TO_CONFIRM: 'cancelling' },
      on: { CONFIRMED: 'confirmed', CANCEL: 'cancelling' },
      initial: 'waiting',
      states: {
        waiting: { after: { REMINDER: 'reminding' } },
        reminding: {
          invoke: {
            src: 'remindGuest',
            input: ({ context }) => context,
            onDone: 'waiting', // and the reminder is armed again
            onError: 'waiting',
          },
        },
      },
    },
    // #endregion waiting
    cancelling: {
      invoke: { src: 'compensate', onDone: 'cancelled' },
      on: { CONFIRMED: {}, CANCEL: {} }, // too late, on purpose
    },
    confirmed: { tags: 'rest', meta: { keeps: ['table.held'] }, on: { CONFIRMED: {}, CANCEL: 'cancelling' } },
    cancelled: { tags: 'rest', on: { CONFIRMED: {}, CANCEL: {} } },
  },
});

export const booking = defineSaga({
  name: 'booking',
  version: 1,
  machine,
  input: table,
  events: {
    CONFIRMED: publicEvent({ schema: nothing, defer: { ttlMs: 60_000 } }),
    CANCEL: publicEvent({ schema: nothing }),
  },
});
