import { setup } from 'xstate';
import { z } from 'zod';
import { compensate } from '../../compensate.js';
import { defineSaga } from '../../define-saga.js';
import type { Keeps } from '../../kept-obligations.js';
import { publicEvent } from '../../public-event.js';
import { release, reserve } from './booking-steps.js';

const machine = setup({
  types: { events: {} as { type: 'FORGET' | 'HALVE' }, meta: {} as { keeps?: Keeps } },
  actors: { reserve, release, compensate },
}).createMachine({
  initial: 'both',
  states: {
    both: {
      type: 'parallel',
      meta: { keeps: ['seat.held'] },
      states: {
        left: {
          initial: 'asking',
          states: {
            asking: {
              invoke: { id: 'left', src: 'reserve', input: { seat: 'L' }, onDone: 'sure', onError: 'sure' },
            },
            sure: { tags: ['rest'] },
          },
        },
        right: {
          initial: 'asking',
          states: {
            asking: {
              invoke: { id: 'right', src: 'reserve', input: { seat: 'R' }, onDone: 'sure', onError: 'sure' },
            },
            sure: { tags: ['rest'] },
          },
        },
      },
      on: { FORGET: 'forgetful', HALVE: 'halved' },
    },
    forgetful: { tags: ['rest'] },
    halved: { tags: ['rest'], meta: { keeps: [{ kind: 'seat.held', instance: () => 'L' }] } },
  },
});

/**
 * Two regions, each with a step of its own; `forgetful` is a rest that keeps nothing and undoes nothing,
 * `halved` one that keeps the left alone.
 */
export const pair = defineSaga({
  name: 'pair',
  version: 1,
  machine,
  events: { FORGET: publicEvent({ schema: z.object({}) }), HALVE: publicEvent({ schema: z.object({}) }) },
});
