import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

// What each step does to the world, which refusals it knows, and what undoes it.
const item = z.object({ item: z.string() });
const payment = z.object({ account: z.string(), cents: z.int() });
const nothing = z.object({});

const release = step('release', { input: item, output: nothing });
const reserve = step('reserve', {
  input: item,
  output: nothing,
  declines: ['NOT_AVAILABLE'],
  opens: {
    kind: 'item.reserved',
    instance: ({ item }) => item,
    undo: release,
    undoInput: ({ input }) => input,
  },
});
const refund = step('refund', { input: payment, output: nothing });
const charge = step('charge', {
  input: payment,
  output: nothing,
  declines: ['REFUSED'],
  opens: {
    kind: 'account.charged',
    instance: ({ account }) => account,
    undo: refund,
    undoInput: ({ input }) => input,
  },
});

const input = item.extend(payment.shape);

// An ordinary statechart. `compensate` undoes whatever is open by then, newest first.
const machine = setup({
  types: {
    context: {} as z.infer<typeof input>,
    input: {} as z.infer<typeof input>,
    events: {} as { type: 'CONFIRM' } | { type: 'CANCEL' },
  },
  actors: { reserve, release, charge, refund, compensate },
  delays: { UNCONFIRMED: 15 * 60_000 },
}).createMachine({
  context: ({ input }) => input,
  initial: 'reserving',
  states: {
    reserving: {
      invoke: {
        src: 'reserve',
        input: ({ context }) => ({ item: context.item }),
        onDone: 'reserved',
        onError: 'undoing',
      },
      on: { CANCEL: 'undoing' },
    },
    reserved: {
      on: { CONFIRM: 'charging', CANCEL: 'undoing' },
      after: { UNCONFIRMED: 'undoing' },
    },
    charging: {
      invoke: {
        src: 'charge',
        input: ({ context }) => ({ account: context.account, cents: context.cents }),
        onDone: 'done',
        onError: 'undoing',
      },
      on: { CONFIRM: {}, CANCEL: 'undoing' },
    },
    undoing: {
      invoke: { src: 'compensate', onDone: 'undone' },
      on: { CONFIRM: {}, CANCEL: {} },
    },
    done: {
      tags: 'rest',
      meta: { keeps: ['item.reserved', 'account.charged'] },
      on: { CONFIRM: {}, CANCEL: {} },
    },
    undone: { tags: 'rest', on: { CONFIRM: {}, CANCEL: {} } },
  },
});

export const yourSaga = defineSaga({
  name: 'your',
  version: 1,
  machine,
  input,
  events: {
    // It may come before the item is reserved: then it is kept.
    CONFIRM: publicEvent({ schema: nothing, defer: { ttlMs: 60_000 } }),
    CANCEL: publicEvent({ schema: nothing }),
  },
});
