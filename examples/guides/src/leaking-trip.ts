import { compensate, defineSaga, withCheckOptions } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';
import { bookSeat, chargeCard, freeSeat, refundCard, sendTicket } from './trip-steps.ts';

const trip = z.object({ seat: z.string(), card: z.string(), email: z.string() });
type Trip = z.infer<typeof trip>;

/** A trip that ends in `afterNoTicket` where the ticket can't be sent. */
export function createTrip(afterNoTicket: 'cancelled' | 'cancelling') {
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
          onError: afterNoTicket,
        },
      },
      // #region ends
      cancelling: { invoke: { src: 'compensate', onDone: 'cancelled' } },
      booked: { tags: 'rest', meta: { keeps: ['seat.booked', 'card.charged'] } },
      cancelled: { tags: 'rest' },
      // #endregion ends
    },
  });
  const saga = defineSaga({ name: 'trip', version: 1, machine, input: trip, events: {} });
  const input = [{ seat: '1A', card: 'visa', email: 'ann@example.com' }];
  return withCheckOptions(saga, { samples: { input } });
}

/** Keeps seat and money of somebody who gets no ticket. */
export const leakingTrip = createTrip('cancelled');
