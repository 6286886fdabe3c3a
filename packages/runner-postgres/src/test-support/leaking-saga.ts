import { compensate, defineSaga, publicEvent, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

const nothing = z.object({});

export const release = step('release', { input: nothing, output: nothing });
export const reserve = step('reserve', {
  input: nothing,
  output: nothing,
  opens: { kind: 'seat', instance: () => 'a', undo: release, undoInput: () => ({}) },
});

/** A saga that forgets the seat which it holds. */
export const leaking = defineSaga({
  name: 'leaking',
  version: 1,
  events: { CANCEL: publicEvent({ schema: nothing }) },
  machine: setup({
    types: { events: {} as { type: 'CANCEL' } },
    actors: { reserve, release, compensate },
  }).createMachine({
    initial: 'reserving',
    on: { CANCEL: {} },
    states: {
      reserving: {
        on: { CANCEL: '#gone' },
        invoke: { src: 'reserve', input: () => ({}), onDone: 'gone', onError: 'gone' },
      },
      gone: { id: 'gone', tags: ['rest'] },
    },
  }),
});
