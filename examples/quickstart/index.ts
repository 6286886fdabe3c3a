import { createRunner } from '@countermand/runner-postgres';
import { compensate, declined, defineSaga, step } from '@countermand/saga-core';
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
type Trip = { seat: string; card: string; email: string };

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

const trip = defineSaga({ name: 'trip', version: 1, machine, events: {} });
// #endregion

// #region run
const say = (line: string) => {
  console.log(line);
  return {};
};

// Adapters: plain functions, called at least once, always with the same `idempotencyKey`. What one throws is retried.
const runner = createRunner({
  connection: process.env['DATABASE_URL'] ?? 'postgres://localhost/postgres',
  sagas: [trip],
  adapters: {
    trip: {
      bookSeat: ({ input }) => say(`seat ${input.seat} booked`),
      freeSeat: ({ input }) => say(`seat ${input.seat} freed`),
      chargeCard: ({ input }) =>
        input.card === 'empty'
          ? declined('CARD_DECLINED')
          : say(`${input.cents} cents taken from ${input.card}`),
      refundCard: ({ input }) => say(`${input.cents} cents given back to ${input.card}`),
      sendTicket: ({ input }) =>
        input.to.includes('@') ? say(`ticket sent to ${input.to}`) : declined('NO_SUCH_ADDRESS'),
    },
  },
});
await runner.migrate(); // creates the tables; in production `countermand migrate` does
await runner.work(); // this process carries out steps; there may be many

const outcomes: string[] = [];
for (const input of [
  { seat: '1A', card: 'visa', email: 'ann@example.com' },
  { seat: '2B', card: 'empty', email: 'ben@example.com' },
  { seat: '3C', card: 'amex', email: 'nowhere' },
]) {
  const { id } = await runner.start(trip, input);
  const { state } = await runner.waitFor(id, (saga) => saga.settled);
  outcomes.push(`${input.seat} ${state}`);
}
await runner.stop();
console.log(outcomes.join(', '));
// #endregion
