import { describe, it } from 'vitest';
import { createRunner } from './create-runner.js';
import { trip } from './test-support/trip-saga.js';

const connection = 'postgres://localhost/none';

describe('the adapters of createRunner', () => {
  it('may be given for some steps, whose input and output are known', () => {
    createRunner({
      connection,
      sagas: [trip],
      adapters: { trip: { reserveSeat: ({ input }) => ({ reservation: input.seat.toUpperCase() }) } },
    });
  });

  it('are refused for a step that no saga has', () => {
    // @ts-expect-error there is no such step
    createRunner({ connection, sagas: [trip], adapters: { trip: { fly: () => ({}) } } });
  });

  it('are refused with another output', () => {
    // @ts-expect-error the output lacks the reservation
    createRunner({ connection, sagas: [trip], adapters: { trip: { reserveSeat: () => ({ seat: 'A1' }) } } });
  });
});

describe('start', () => {
  it('knows the input of the saga', () => {
    const runner = createRunner({ connection, sagas: [trip] });
    void runner.start(trip, { seat: 'A1', amount: 1 });
    // @ts-expect-error the amount is missing
    void runner.start(trip, { seat: 'A1' });
  });
});
