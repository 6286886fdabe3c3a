import { defineSaga, publicEvent } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

const move = z.object({ to: z.string(), reason: z.string(), force: z.boolean() });

/** A saga that an administrator moves to and fro between two states. */
export const swinging = defineSaga({
  name: 'swinging',
  version: 1,
  override: 'MOVE',
  events: { MOVE: publicEvent({ schema: move }), END: publicEvent({ schema: z.object({}) }) },
  machine: setup({
    types: { events: {} as { type: 'MOVE'; to: string; reason: string; force: boolean } | { type: 'END' } },
    guards: {
      movesTo: ({ event }, { to }: { to: string }) => event.type === 'MOVE' && event.to === to,
    },
  }).createMachine({
    initial: 'HERE',
    states: {
      HERE: {
        on: { MOVE: { guard: { type: 'movesTo', params: { to: 'THERE' } }, target: 'THERE' }, END: 'OVER' },
      },
      THERE: {
        on: { MOVE: { guard: { type: 'movesTo', params: { to: 'HERE' } }, target: 'HERE' }, END: 'OVER' },
      },
      OVER: { tags: ['rest'] },
    },
  }),
});
