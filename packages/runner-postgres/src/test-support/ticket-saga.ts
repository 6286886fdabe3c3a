import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

const nothing = z.object({});
const retry = { attempts: 3, initialDelayMs: 20, jitter: 0 };

const freeSeat = step('freeSeat', { input: nothing, output: nothing, retry });
const holdSeat = step('holdSeat', {
  input: nothing,
  output: nothing,
  retry,
  probe: true,
  declines: ['TAKEN'],
  opens: { kind: 'seat', instance: () => 'a', undo: freeSeat, undoInput: () => ({}) },
});

/** Small, and with one of everything: a step that opens, a probe, an event, a timer, a compensation. */
export const ticket = defineSaga({
  name: 'ticket',
  version: 1,
  events: { PAY: publicEvent({ schema: nothing, defer: { ttlMs: 60_000 } }) },
  machine: setup({
    types: { events: {} as { type: 'PAY' } },
    actors: { holdSeat, freeSeat, compensate },
    delays: { UNPAID: 600_000 },
  }).createMachine({
    initial: 'holding',
    states: {
      holding: { invoke: { src: 'holdSeat', input: () => ({}), onDone: 'waiting', onError: 'undoing' } },
      waiting: { on: { PAY: 'sold' }, after: { UNPAID: 'undoing' } },
      undoing: { invoke: { src: 'compensate', onDone: 'over' }, on: { PAY: {} } },
      sold: { tags: ['rest'], meta: { keeps: ['seat'] }, on: { PAY: {} } },
      over: { tags: ['rest'], on: { PAY: {} } },
    },
  }),
});
