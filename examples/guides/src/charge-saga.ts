import { compensate, defineSaga, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

// #region contract
const charge = z.object({ paymentId: z.string(), card: z.string(), cents: z.int() });

export const refundCard = step('refundCard', {
  input: z.object({ paymentId: z.string(), receipt: z.string().optional() }),
  output: z.object({}),
});
export const chargeCard = step('chargeCard', {
  input: charge,
  output: z.object({ receipt: z.string() }),
  declines: ['INSUFFICIENT_FUNDS', 'CARD_BLOCKED'],
  timeoutMs: 5_000, // of one attempt
  deadlineMs: 60_000, // of all of them, with the waits between
  retry: { attempts: 8, initialDelayMs: 500, maxDelayMs: 10_000 },
  probe: true,
  opens: {
    kind: 'card.charged',
    instance: ({ paymentId }) => paymentId,
    undo: refundCard,
    // There is no output where nobody knows whether the card was charged.
    undoInput: ({ input, output }) => ({ paymentId: input.paymentId, receipt: output?.receipt }),
  },
});
// #endregion contract

type Charge = z.infer<typeof charge>;

const machine = setup({
  types: { context: {} as Charge, input: {} as Charge },
  actors: { chargeCard, refundCard, compensate },
}).createMachine({
  context: ({ input }) => input,
  initial: 'charging',
  states: {
    charging: {
      invoke: {
        id: 'charge',
        src: 'chargeCard',
        input: ({ context }) => context,
        onDone: 'charged',
        onError: 'cancelling',
      },
    },
    cancelling: { invoke: { src: 'compensate', onDone: 'cancelled' } },
    charged: { tags: 'rest', meta: { keeps: ['card.charged'] } },
    cancelled: { tags: 'rest' },
  },
});

export const bill = defineSaga({ name: 'bill', version: 1, machine, input: charge, events: {} });
