import { compensate, defineSaga, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

// #region steps
// What each step does to the world, and what undoes it.
const seat = z.object({ seat: z.string() });
const charge = z.object({ card: z.string(), cents: z.int() });

const freeSeat = step('freeSeat', { input: seat, output: z.object({}) });
const bookSeat = step('bookSeat', {
  input: seat,
  output: z.object({}),
  declines: ['TAKEN'],
  opens: {
    kind: 'seat.booked',
    instance: ({ seat }) => seat,
    undo: freeSeat,
    undoInput: ({ input }) => input,
  },
});
const refundCard = step('refundCard', { input: charge, output: z.object({}) });
const chargeCard = step('chargeCard', {
  input: charge,
  output: z.object({}),
  declines: ['CARD_DECLINED'],
  opens: {
    kind: 'card.charged',
    instance: ({ card }) => card,
    undo: refundCard,
    undoInput: ({ input }) => input,
  },
});
const sendTicket = step('sendTicket', {
  input: z.object({ to: z.string() }),
  output: z.object({}),
  declines: ['NO_SUCH_ADDRESS'],
});
// #endregion

// #region saga
// An ordinary statechart. `compensate` undoes whatever is open by then, newest first.
const input = z.object({ seat: z.string(), card: z.string(), email: z.string() });
type Trip = z.infer<typeof input>;

const machine = setup({
  types: { context: {} as Trip, input: {} as Trip },
  actors: { bookSeat, freeSeat, chargeCard, refundCard, sendTicket, compensate },
}).createMachine({
  context: ({ input }) => input,
  initial: 'booking',
  states: {
    booking: {
      invoke: {
        src: 'bookSeat',
        input: ({ context }) => ({ seat: context.seat }),
        onDone: 'charging',
        onError: 'cancelling',
      },
    },
    charging: {
      invoke: {
        src: 'chargeCard',
        input: ({ context }) => ({ card: context.card, cents: 4_900 }),
        onDone: 'sending',
        onError: 'cancelling',
      },
    },
    sending: {
      invoke: {
        src: 'sendTicket',
        input: ({ context }) => ({ to: context.email }),
        onDone: 'booked',
        onError: 'cancelling',
      },
    },
    cancelling: { invoke: { src: 'compensate', onDone: 'cancelled' } },
    booked: { tags: 'rest', meta: { keeps: ['seat.booked', 'card.charged'] } },
    cancelled: { tags: 'rest' },
  },
});

export const trip = defineSaga({ name: 'trip', version: 1, machine, input, events: {} });
// #endregion
