import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import { compensate } from '../../compensate.js';
import { defineSaga } from '../../define-saga.js';
import { publicEvent } from '../../public-event.js';
import { asAction, stepFailure } from '../../step.js';
import * as steps from './booking-steps.js';

/** What starts a booking. */
interface BookingInput {
  readonly seat: string;
}

interface BookingContext extends BookingInput {
  readonly reference: string | null;
  readonly failure: string | null;
  readonly notes: readonly string[];
  readonly reminders: number;
}

type BookingEvent =
  | {
      type: 'PAY' | 'CANCEL' | 'ISSUE' | 'PRINT' | 'RESTART' | 'AGAIN' | 'TRY' | 'SHRUG' | 'GRUMBLE' | 'TRIP';
    }
  | { type: 'NOTE'; text: string }
  | { type: 'PAYMENT_CAME'; reference: string }
  | { type: 'MOVE'; to: string; reason: string; force: boolean };

const { notify, ...invoked } = steps;

const definition = setup({
  types: {
    context: {} as BookingContext,
    events: {} as BookingEvent,
    input: {} as BookingInput,
    emitted: {} as { type: 'PAID' | 'BOOKED' | 'DONE'; seat: string },
  },
  actors: { ...invoked, notify, compensate },
  actions: {
    notify: asAction(notify),
    noteNews: assign({ notes: ({ context }) => [...context.notes, 'late money'] }),
    keepFailure: assign({ failure: ({ event }) => stepFailure(event as { error?: unknown }).code }),
  },
  guards: {
    isWelcome: ({ event }) => event.type === 'NOTE' && event.text !== 'unwelcome',
    grumbles: () => {
      throw new Error('the guard grumbles');
    },
    movesTo: ({ event }, { to }: { to: string }) => event.type === 'MOVE' && event.to === to,
    movesFreely: ({ context, event }, { to }: { to: string }) =>
      event.type === 'MOVE' && event.to === to && (event.force || context.notes.length > 0),
  },
  delays: { TTL: 10_000, REMINDER: 3_000, PAYMENT_TIMEOUT: 30_000 },
});

const undoing = {
  initial: 'undoing',
  states: {
    undoing: {
      invoke: { src: 'compensate', onDone: 'done' },
      on: { AGAIN: { target: 'undoing', reenter: true }, TRY: 'trying' },
    },
    trying: {
      invoke: {
        id: 'trying',
        src: 'authorize',
        input: ({ context }: { context: BookingContext }) => ({ seat: context.seat }),
        onDone: 'undoing',
        onError: { target: 'undoing', actions: 'keepFailure' },
      },
    },
    done: { tags: ['rest'] },
  },
  on: { PAYMENT_CAME: { actions: 'noteNews' } },
} as const;

const machine = definition.createMachine({
  context: ({ input }) => ({ seat: input.seat, reference: null, failure: null, notes: [], reminders: 0 }),
  initial: 'RESERVING',
  states: {
    RESERVING: {
      invoke: {
        id: 'reserve',
        src: 'reserve',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: {
          target: 'RESERVED',
          actions: assign({
            reference: ({ event }) => {
              if (event.output.reference === 'indigestible') throw new Error('the machine chokes');
              return event.output.reference;
            },
          }),
        },
        onError: { target: 'FAILED', actions: 'keepFailure' },
      },
      on: { CANCEL: 'CANCELLED' },
    },
    RESERVED: {
      entry: { type: 'notify', params: ({ context }) => ({ text: `${context.seat} is yours` }) },
      after: {
        TTL: 'CANCELLED',
        REMINDER: { actions: assign({ reminders: ({ context }) => context.reminders + 1 }) },
      },
      on: {
        PAY: 'PAYING',
        CANCEL: 'CANCELLED',
        RESTART: { target: 'RESERVED', reenter: true },
        NOTE: {
          guard: 'isWelcome',
          actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }),
        },
        SHRUG: {},
        GRUMBLE: { guard: 'grumbles', target: 'CANCELLED' },
        TRIP: {
          actions: assign({
            notes: (): string[] => {
              throw new Error('the assign trips');
            },
          }),
        },
        MOVE: [
          { guard: { type: 'movesTo', params: { to: 'CANCELLED' } }, target: 'CANCELLED' },
          { guard: { type: 'movesFreely', params: { to: 'PAYING' } }, target: 'PAYING' },
        ],
      },
    },
    PAYING: {
      invoke: {
        id: 'authorize',
        src: 'authorize',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'PAID',
        onError: { target: 'FAILED', actions: 'keepFailure' },
      },
      after: { PAYMENT_TIMEOUT: 'FAILED' },
      on: { CANCEL: 'CANCELLED', RESTART: { target: 'PAYING', reenter: true }, PAYMENT_CAME: 'PAID' },
    },
    PAID: {
      entry: emit(({ context }) => ({ type: 'PAID' as const, seat: context.seat })),
      on: { ISSUE: 'CAPTURING', PRINT: 'PRINTING', CANCEL: 'CANCELLED' },
    },
    PRINTING: {
      invoke: {
        id: 'print',
        src: 'print',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'PAID',
        onError: { target: 'FAILED', actions: 'keepFailure' },
      },
    },
    CAPTURING: {
      invoke: {
        id: 'capture',
        src: 'capture',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'TICKETING',
        onError: { target: 'FAILED', actions: 'keepFailure' },
      },
    },
    TICKETING: {
      invoke: {
        id: 'issueTicket',
        src: 'issueTicket',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'BOOKED',
      },
      on: { MOVE: { guard: { type: 'movesTo', params: { to: 'CANCELLED' } }, target: 'CANCELLED' } },
    },
    BOOKED: {
      tags: ['rest'],
      meta: { keeps: ['seat.held', 'payment.captured', 'ticket.issued'] },
      entry: [
        emit(({ context }) => ({ type: 'BOOKED' as const, seat: context.seat })),
        emit(({ context }) => ({ type: 'DONE' as const, seat: context.seat })),
      ],
      on: {
        CANCEL: {},
        MOVE: { guard: { type: 'movesTo', params: { to: 'CANCELLED' } }, target: 'CANCELLED' },
      },
    },
    FAILED: undoing,
    CANCELLED: undoing,
  },
});

const nothing = z.object({});

/** The saga that most of the suite runs: a seat is held, paid for and booked. */
export const booking = defineSaga({
  name: 'booking',
  version: 1,
  machine,
  input: z.object({ seat: z.string() }),
  attributes: ({ seat }) => ({ seat }),
  override: 'MOVE',
  events: {
    PAY: publicEvent({ schema: nothing }),
    CANCEL: publicEvent({ schema: nothing }),
    ISSUE: publicEvent({ schema: nothing }),
    PRINT: publicEvent({ schema: nothing }),
    RESTART: publicEvent({ schema: nothing }),
    AGAIN: publicEvent({ schema: nothing }),
    TRY: publicEvent({ schema: nothing }),
    SHRUG: publicEvent({ schema: nothing }),
    GRUMBLE: publicEvent({ schema: nothing }),
    TRIP: publicEvent({ schema: nothing }),
    NOTE: publicEvent({ schema: z.object({ text: z.string() }), defer: { ttlMs: 5_000 } }),
    PAYMENT_CAME: publicEvent({
      schema: z.object({ reference: z.string() }),
      defer: { ttlMs: 20_000 },
      opens: {
        kind: 'payment.captured',
        instance: (_event, context) => (context as BookingContext).seat,
        undo: steps.refund,
        undoInput: ({ reference }, context) => ({ seat: (context as BookingContext).seat, reference }),
      },
    }),
    MOVE: publicEvent({ schema: z.object({ to: z.string(), reason: z.string(), force: z.boolean() }) }),
  },
});
