import { createRunner } from '@countermand/runner-postgres';
import { declined } from '@countermand/saga-core';
import { trip } from './trip.ts';

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
