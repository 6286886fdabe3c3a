import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

const seat = z.object({ seat: z.string() });
const nothing = z.object({});
const paid = publicEvent({ schema: nothing, defer: { ttlMs: 86_400_000 } });
const note = publicEvent({ schema: z.object({ text: z.string() }), defer: { ttlMs: 86_400_000 } });

const freeSeat = step('freeSeat', { input: seat, output: nothing });
const opens = <Kind extends string>(kind: Kind) => ({
  kind,
  instance: ({ seat }: { seat: string }) => seat,
  undo: freeSeat,
  undoInput: ({ input }: { input: { seat: string } }) => input,
});
const reserve = step('reserve', { input: seat, output: nothing, opens: opens('seat.held') });
const holdSeat = step('holdSeat', { input: seat, output: nothing, opens: opens('seat.kept') });

/** The first version: waits for the payment without an end. */
export const seat1 = defineSaga({
  name: 'seat',
  version: 1,
  machine: setup({
    types: {
      context: {} as { seat: string },
      input: {} as { seat: string },
      events: {} as { type: 'PAID' } | { type: 'NOTE'; text: string },
    },
    actors: { reserve, freeSeat, compensate },
  }).createMachine({
    context: ({ input }) => input,
    initial: 'RESERVING',
    states: {
      RESERVING: {
        invoke: {
          id: 'reserve',
          src: 'reserve',
          input: ({ context }) => context,
          onDone: 'RESERVED',
          onError: 'UNDOING',
        },
      },
      RESERVED: { on: { PAID: 'PAID' } },
      PAID: { tags: 'rest', meta: { keeps: ['seat.held'] } },
      UNDOING: { invoke: { src: 'compensate', onDone: 'FAILED' } },
      FAILED: { tags: 'rest' },
    },
  }),
  events: { PAID: paid, NOTE: note },
});

const machine2 = setup({
  types: {
    context: {} as { seat: string; reminders: number },
    input: {} as { seat: string },
    events: {} as { type: 'PAID' } | { type: 'REMARK'; text: string },
  },
  actors: { holdSeat, freeSeat, compensate },
  delays: { REMINDER: 3_000 },
}).createMachine({
  context: ({ input }) => ({ ...input, reminders: 0 }),
  initial: 'RESERVING',
  states: {
    RESERVING: {
      invoke: {
        id: 'reserve',
        src: 'holdSeat',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'WAITING',
        onError: 'UNDOING',
      },
    },
    WAITING: {
      on: { PAID: 'PAID' },
      initial: 'forPayment',
      states: { forPayment: { after: { REMINDER: '#undoing' } } },
    },
    PAID: { tags: 'rest', meta: { keeps: ['seat.kept'] } },
    UNDOING: { id: 'undoing', invoke: { src: 'compensate', onDone: 'FAILED' } },
    FAILED: { tags: 'rest' },
  },
});

// #region migrate
export const seat2 = defineSaga({
  name: 'seat',
  version: 2,
  machine: machine2,
  events: { PAID: paid, REMARK: note },
  migrate: {
    1: {
      states: { RESERVED: 'WAITING.forPayment' }, // what is below a state goes along
      context: (context) => ({ ...context, reminders: 0 }),
      steps: { reserve: 'holdSeat' }, // in flight: the key that the participant knows stays
      obligations: { 'seat.held': 'seat.kept' },
      events: { NOTE: 'REMARK' }, // those that wait
      arm: { 'WAITING.forPayment': { REMINDER: 3_000 } }, // a timeout that the old state didn't have
    },
  },
});
// #endregion migrate
