import { z } from 'zod';
import { withCheckOptions } from '../../check/with-check-options.js';
import type { AnySaga } from '../../saga-definition.js';
import { type AnyStep, step, stepFailure } from '../../step.js';
import { deed, failed, invoke, smallSaga } from './small-saga.js';

const refund = deed('refund');
const charge = deed('charge', { opens: 'money', undo: refund, declines: ['NO_MONEY'] });
const ship = deed('ship', { pivot: true, declines: ['NO_TRUCK'], probe: true });
const recall = deed('recall');
/** A pivot that has an undo, for where nobody knows whether it took effect. */
const sail = deed('sail', { opens: 'cargo', undo: recall, pivot: true, declines: ['NO_SHIP'], probe: true });
const creditBack = deed('creditBack');
const debit = deed('debit', { opens: 'debit', undo: creditBack, declines: ['NO_FUNDS'] });
const credit = deed('credit', { closes: 'debit', pivot: true });
const post = deed('post', { opens: 'parcel', pivot: true });
const findParcel = step('findParcel', {
  input: z.object({}),
  output: z.object({ found: z.boolean() }),
  closes: { kind: 'parcel', instance: () => 'x', when: ({ output }) => !output.found },
}) as unknown as AnyStep;
const steps = [refund, charge, ship, recall, sail, creditBack, debit, credit, post, findParcel];

const end = (...keeps: string[]) => ({ tags: ['rest'], meta: { keeps } });
const saga = (name: string, states: object, more: object = {}) =>
  smallSaga(name, { steps, machine: { initial: 'A', states: { failed, ...states } }, guards, ...more });
const guards = {
  isDeclined: ({ event }: { event: { error?: unknown } }) => stepFailure(event).kind === 'declined',
};
/** What is no for certain leads back; what nobody knows has no handler, and parks. */
const onlyDeclined = [{ guard: 'isDeclined', target: '#failed' }];
const paid = { A: invoke('charge', 'B'), C: end('money') };

interface BackInDoubt {
  readonly saga: AnySaga;
  /** The state that compensates. */
  readonly at: string;
  /** How many things happen before that. */
  readonly steps: number;
}

/** Machines that compensate where a pivot may have taken effect. */
export const BACK_IN_DOUBT: readonly BackInDoubt[] = [
  {
    steps: 2,
    at: 'failed.undoing',
    saga: saga('refunds-what-may-be-shipped', { ...paid, B: invoke('ship', 'C') }),
  },
  {
    steps: 2,
    at: 'failed.undoing',
    saga: saga('gives-back-what-may-be-credited', {
      A: invoke('debit', 'B'),
      B: invoke('credit', 'C'),
      C: end(),
    }),
  },
  {
    steps: 2,
    at: 'failed.undoing',
    saga: saga('refunds-when-shipping-takes-long', {
      ...paid,
      B: { ...invoke('ship', 'C', onlyDeclined), after: { SOON: '#failed' } },
    }),
  },
  {
    steps: 2,
    at: 'failed.undoing',
    saga: saga(
      'cancels-what-is-being-shipped',
      {
        A: { ...invoke('charge', 'B'), on: { CANCEL: 'failed' } },
        B: { ...invoke('ship', 'C', onlyDeclined), on: { CANCEL: 'failed' } },
        C: { ...end('money'), on: { CANCEL: {} } },
        failed: { ...failed, on: { CANCEL: {} } },
      },
      { events: { CANCEL: {} } },
    ),
  },
  {
    steps: 3,
    at: 'failed.undoing',
    saga: saga('refunds-later-what-may-be-shipped', {
      ...paid,
      B: invoke('ship', 'C', [...onlyDeclined, { target: 'D' }]),
      D: { after: { SOON: '#failed' } },
    }),
  },
  {
    steps: 1,
    at: 'A.till.undoing',
    saga: saga('refunds-beside-the-shipping', {
      A: {
        type: 'parallel',
        onDone: 'C',
        states: {
          box: { initial: 'a', states: { a: invoke('ship', 'b', onlyDeclined), b: { type: 'final' } } },
          till: {
            initial: 'a',
            states: {
              a: invoke('charge', 'b', 'undoing'),
              undoing: { invoke: { src: 'compensate', onDone: 'b' } },
              b: { type: 'final' },
            },
          },
        },
      },
      C: end('money'),
    }),
  },
];

/** Machines that go back only where the pivot has done nothing, or is undone with all else. */
export const BACK_FOR_CERTAIN: readonly AnySaga[] = [
  saga('goes-back-on-a-definite-no', { ...paid, B: invoke('ship', 'C', onlyDeclined) }),
  saga('recalls-what-may-have-sailed', {
    A: invoke('charge', 'B'),
    B: { ...invoke('sail', 'C'), after: { SOON: '#failed' } },
    C: end('money', 'cargo'),
  }),
  withCheckOptions(
    saga('asks-what-became-of-the-parcel', {
      A: invoke('charge', 'B'),
      B: invoke('post', 'C', 'asking'),
      asking: invoke(
        'findParcel',
        [
          {
            guard: ({ event }: { event: { output: { found: boolean } } }) => event.output.found,
            target: 'C',
          },
          { target: '#failed' },
        ],
        'again',
      ),
      again: { after: { SOON: 'asking' } },
      C: end('money', 'parcel'),
    }),
    { samples: { input: [{}] } },
  ),
];
