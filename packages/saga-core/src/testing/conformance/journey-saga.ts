import { assign, setup } from 'xstate';
import { z } from 'zod';
import { compensate } from '../../compensate.js';
import { defineSaga } from '../../define-saga.js';
import { publicEvent } from '../../public-event.js';
import { step } from '../../step.js';
import { authorize, cancelPayment, release, reserve } from './booking-steps.js';

interface JourneyInput {
  readonly seat: string;
}

type JourneyEvent = { type: 'PAY' | 'CANCEL' } | { type: 'NOTE' | 'REMARK'; text: string };

const seat = z.object({ seat: z.string() });
const text = z.object({ text: z.string() });
const undoing = {
  initial: 'undoing',
  states: { undoing: { invoke: { src: 'compensate', onDone: 'done' } }, done: { tags: ['rest'] } },
} as const;

const first = setup({
  types: {
    context: {} as { seat: string; note: string },
    events: {} as JourneyEvent,
    input: {} as JourneyInput,
  },
  actors: { reserve, release, authorize, cancelPayment, compensate },
  delays: { TTL: 10_000 },
}).createMachine({
  context: ({ input }) => ({ seat: input.seat, note: '' }),
  initial: 'RESERVING',
  states: {
    RESERVING: {
      invoke: {
        id: 'hold',
        src: 'reserve',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'RESERVED',
        onError: 'CANCELLED',
      },
    },
    RESERVED: { after: { TTL: 'CANCELLED' }, on: { PAY: 'PAYING', CANCEL: 'CANCELLED' } },
    PAYING: {
      invoke: {
        src: 'authorize',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'DONE',
        onError: 'CANCELLED',
      },
    },
    DONE: { tags: ['rest'], meta: { keeps: ['seat.held', 'payment.authorized'] } },
    CANCELLED: undoing,
  },
});

/** The first version of a saga that changes. */
export const journey1 = defineSaga({
  name: 'journey',
  version: 1,
  machine: first,
  input: seat,
  events: {
    PAY: publicEvent({ schema: z.object({}) }),
    CANCEL: publicEvent({ schema: z.object({}) }),
    NOTE: publicEvent({ schema: text, defer: { ttlMs: 60_000 } }),
  },
});

/** The same step under another name, whose obligation has another name too. */
const holdSeat = step('holdSeat', {
  input: seat,
  output: z.object({ reference: z.string() }),
  declines: ['TAKEN'],
  retry: { attempts: 3, initialDelayMs: 100, factor: 1, maxDelayMs: 100, jitter: 0 },
  timeoutMs: 1_000,
  deadlineMs: 60_000,
  opens: {
    kind: 'seat.kept',
    instance: (input) => input.seat,
    undo: release,
    undoInput: ({ input, output }) => ({ ...input, reference: output?.reference ?? null }),
  },
});

const second = setup({
  types: {
    context: {} as { seat: string; remarks: readonly string[]; reminders: number },
    events: {} as JourneyEvent,
    input: {} as JourneyInput,
  },
  actors: { holdSeat, release, authorize, cancelPayment, compensate },
  delays: { TTL: 10_000, REMINDER: 3_000 },
}).createMachine({
  context: ({ input }) => ({ seat: input.seat, remarks: [], reminders: 0 }),
  initial: 'RESERVING',
  states: {
    RESERVING: {
      invoke: {
        id: 'hold',
        src: 'holdSeat',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'WAITING',
        onError: 'CANCELLED',
      },
    },
    WAITING: {
      initial: 'forPayment',
      on: { PAY: 'PAYING', CANCEL: 'CANCELLED' },
      states: {
        forPayment: {
          after: {
            TTL: '#(machine).CANCELLED',
            REMINDER: { actions: assign({ reminders: ({ context }) => context.reminders + 1 }) },
          },
          on: {
            REMARK: {
              actions: assign({ remarks: ({ context, event }) => [...context.remarks, event.text] }),
            },
          },
        },
      },
    },
    PAYING: {
      invoke: {
        src: 'authorize',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'DONE',
        onError: 'CANCELLED',
      },
    },
    DONE: { tags: ['rest'], meta: { keeps: ['seat.kept', 'payment.authorized'] } },
    CANCELLED: undoing,
  },
});

/** The second version: a state, a step, an obligation and an event are called differently, a timer is new. */
export const journey2 = defineSaga({
  name: 'journey',
  version: 2,
  machine: second,
  input: seat,
  migrate: {
    1: {
      states: { RESERVED: 'WAITING.forPayment' },
      steps: { reserve: 'holdSeat' },
      obligations: { 'seat.held': 'seat.kept' },
      events: { NOTE: 'REMARK' },
      context: ({ seat: of = '', note = '' }) => {
        if (of === 'cursed') throw new Error('nobody may move this one');
        return { seat: of, remarks: note === '' ? [] : [note], reminders: 0 };
      },
      arm: { 'WAITING.forPayment': { REMINDER: 3_000 } },
    },
  },
  events: {
    PAY: publicEvent({ schema: z.object({}) }),
    CANCEL: publicEvent({ schema: z.object({}) }),
    REMARK: publicEvent({ schema: text, defer: { ttlMs: 60_000 } }),
  },
});
