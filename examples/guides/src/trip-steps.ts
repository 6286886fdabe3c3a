import { step } from '@countermand/saga-core';
import { z } from 'zod';

const seat = z.object({ seat: z.string() });
const charge = z.object({ card: z.string(), cents: z.int() });

export const freeSeat = step('freeSeat', { input: seat, output: z.object({}) });
export const bookSeat = step('bookSeat', {
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

// #region charge
export const refundCard = step('refundCard', { input: charge, output: z.object({}) });
export const chargeCard = step('chargeCard', {
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
// #endregion charge

export const sendTicket = step('sendTicket', {
  input: z.object({ to: z.string() }),
  output: z.object({}),
  declines: ['NO_SUCH_ADDRESS'],
});
