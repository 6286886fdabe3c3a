import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';

const parcel = z.object({ parcel: z.string() });

const returnParcel = step('returnParcel', { input: parcel, output: z.object({}) });

/** Answered by a carrier, hours later perhaps. */
export const sendParcel = step('sendParcel', {
  input: parcel,
  output: z.object({ tracking: z.string() }),
  declines: ['NO_ADDRESS'],
  retry: { attempts: 10, initialDelayMs: 50, maxDelayMs: 200, jitter: 0 },
  deadlineMs: 3_600_000,
  opens: {
    kind: 'parcel.sent',
    instance: ({ parcel }) => parcel,
    undo: returnParcel,
    undoInput: ({ input }) => input,
  },
});

const machine = setup({
  types: {
    context: {} as { parcel: string; tracking: string; notes: number },
    events: {} as { type: 'NOTED'; text: string },
    input: {} as { parcel: string },
    emitted: {} as { type: 'PARCEL_NOTED'; n: number } | { type: 'PARCEL_SENT'; tracking: string },
  },
  actors: { sendParcel, returnParcel, compensate },
}).createMachine({
  context: ({ input }) => ({ parcel: input.parcel, tracking: '', notes: 0 }),
  initial: 'sending',
  on: {
    NOTED: {
      actions: [
        assign({ notes: ({ context }) => context.notes + 1 }),
        emit(({ context }) => ({ type: 'PARCEL_NOTED' as const, n: context.notes })),
      ],
    },
  },
  states: {
    sending: {
      invoke: {
        src: 'sendParcel',
        input: ({ context }) => ({ parcel: context.parcel }),
        onDone: {
          target: 'sent',
          actions: [
            assign({ tracking: ({ event }) => event.output.tracking }),
            emit(({ event }) => ({ type: 'PARCEL_SENT' as const, tracking: event.output.tracking })),
          ],
        },
        onError: 'returning',
      },
    },
    returning: { invoke: { src: 'compensate', onDone: 'returned' } },
    returned: { tags: 'rest' },
    sent: { tags: 'rest', meta: { keeps: ['parcel.sent'] } },
  },
});

/** Sends a parcel. */
export const parcelSaga = defineSaga({
  name: 'parcel',
  version: 1,
  machine,
  events: { NOTED: publicEvent({ schema: z.object({ text: z.string() }) }) },
});
