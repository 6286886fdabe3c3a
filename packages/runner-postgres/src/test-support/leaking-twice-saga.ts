import { compensate, defineSaga, step } from '@countermand/saga-core';
import { setup } from 'xstate';
import { z } from 'zod';

const nothing = z.object({});

const release = step('release', { input: nothing, output: nothing });
const reserve = step('reserve', {
  input: nothing,
  output: nothing,
  opens: { kind: 'seat', instance: () => 'a', undo: release, undoInput: () => ({}) },
});
const refund = step('refund', { input: nothing, output: nothing });
const charge = step('charge', {
  input: nothing,
  output: nothing,
  opens: { kind: 'money', instance: () => 'a', undo: refund, undoInput: () => ({}) },
});

/** A saga that forgets the seat and the money, at one and the same end. */
export const leakingTwice = defineSaga({
  name: 'leaking-twice',
  version: 1,
  events: {},
  machine: setup({ actors: { release, reserve, refund, charge, compensate } }).createMachine({
    initial: 'reserving',
    states: {
      reserving: { invoke: { src: 'reserve', input: () => ({}), onDone: 'charging', onError: 'undoing' } },
      charging: { invoke: { src: 'charge', input: () => ({}), onDone: 'paid', onError: 'undoing' } },
      undoing: { invoke: { src: 'compensate', onDone: 'gone' } },
      paid: { tags: ['rest'] },
      gone: { tags: ['rest'] },
    },
  }),
});
