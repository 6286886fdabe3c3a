import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { emit, setup } from 'xstate';
import { z } from 'zod';

const parcel = z.object({ parcel: z.string() });
const retry = { attempts: 3, initialDelayMs: 10, jitter: 0 };

const cancelPickup = step('cancelPickup', {
  input: parcel,
  output: z.object({ status: z.enum(['cancelled', 'not_found']) }),
  retry,
});

const bookPickup = step('bookPickup', {
  input: parcel,
  output: z.object({ pickup: z.string() }),
  declines: ['NO_DRIVER'],
  probe: true,
  retry,
  timeoutMs: 5_000,
  opens: {
    kind: 'pickup.booked',
    instance: (input) => input.parcel,
    undo: cancelPickup,
    undoInput: ({ input }) => input,
  },
});

const weigh = step('weigh', {
  input: parcel,
  output: z.object({ grams: z.int() }),
  declines: ['TOO_HEAVY'],
  retry,
});

/** Books a pickup and has the parcel weighed, which may be answered much later. */
const machine = setup({
  types: {
    context: {} as { parcel: string },
    input: {} as { parcel: string },
    events: {} as { type: 'COLLECTED' },
    emitted: {} as { type: 'PARCEL_SENT'; parcel: string } | { type: 'PARCEL_COLLECTED'; parcel: string },
  },
  actors: { bookPickup, cancelPickup, weigh, compensate },
}).createMachine({
  context: ({ input }) => input,
  initial: 'BOOKING',
  states: {
    BOOKING: {
      invoke: { src: 'bookPickup', input: ({ context }) => context, onDone: 'WEIGHING', onError: 'UNDOING' },
    },
    WEIGHING: {
      invoke: { src: 'weigh', input: ({ context }) => context, onDone: 'SENT', onError: 'UNDOING' },
    },
    SENT: {
      tags: 'rest',
      meta: { keeps: ['pickup.booked'] },
      entry: emit(({ context }) => ({ type: 'PARCEL_SENT' as const, parcel: context.parcel })),
      on: { COLLECTED: 'COLLECTED' },
    },
    COLLECTED: {
      tags: 'rest',
      meta: { keeps: ['pickup.booked'] },
      entry: emit(({ context }) => ({ type: 'PARCEL_COLLECTED' as const, parcel: context.parcel })),
    },
    UNDOING: { invoke: { src: 'compensate', onDone: 'CANCELLED' } },
    CANCELLED: { tags: 'rest' },
  },
});

export const parcelSaga = defineSaga({
  name: 'parcel',
  version: 1,
  machine,
  events: { COLLECTED: publicEvent({ schema: z.object({}), defer: { ttlMs: 60_000 } }) },
});
