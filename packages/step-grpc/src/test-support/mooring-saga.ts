import { compensate, defineSaga, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

const ship = z.object({ ship: z.string() });
const retry = { attempts: 30, initialDelayMs: 20, maxDelayMs: 200, jitter: 0 };

const cast = step('cast', { input: ship, output: z.object({ gone: z.boolean() }), retry });

const moor = step('moor', {
  input: ship,
  output: z.object({ berth: z.string() }),
  declines: ['FULL', 'INVALID_ARGUMENT'],
  probe: true,
  retry,
  timeoutMs: 5_000,
  opens: {
    kind: 'berth.taken',
    instance: (input) => input.ship,
    undo: cast,
    undoInput: ({ input }) => input,
  },
});

const machine = setup({
  types: { context: {} as { ship: string }, input: {} as { ship: string } },
  actors: { moor, cast, compensate },
}).createMachine({
  context: ({ input }) => input,
  initial: 'MOORING',
  states: {
    MOORING: {
      invoke: { src: 'moor', input: ({ context }) => context, onDone: 'MOORED', onError: 'UNDOING' },
    },
    MOORED: { tags: 'rest', meta: { keeps: ['berth.taken'] } },
    UNDOING: { invoke: { src: 'compensate', onDone: 'TURNED_AWAY' } },
    TURNED_AWAY: { tags: 'rest' },
  },
});

/** A ship takes a berth, or is turned away. */
export const mooringSaga = defineSaga({ name: 'mooring', version: 1, machine, events: {} });
