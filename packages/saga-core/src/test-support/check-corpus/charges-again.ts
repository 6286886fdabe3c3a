import { z } from 'zod';
import { withCheckOptions } from '../../check/with-check-options.js';
import type { AnySaga } from '../../saga-definition.js';
import { step } from '../../step.js';
import { failed, invoke, newsOf, smallSaga } from './small-saga.js';
import { refund, travel } from './travel-steps.js';

const rest = { tags: ['rest'] };
const paid = { ...rest, meta: { keeps: ['money'] } };

const silence = smallSaga('charges-again-after-silence', {
  steps: travel,
  machine: {
    initial: 'A',
    states: { A: invoke('charge', 'B', 'again'), again: { after: { SOON: 'A' } }, B: paid },
  },
});

const whatIsThere = smallSaga('books-what-it-has-booked', {
  steps: travel,
  events: { CHANGE: {}, FINISH: {} },
  machine: {
    initial: 'room',
    states: {
      room: { ...invoke('bookRoom', 'held', '#failed'), on: { CHANGE: {}, FINISH: {} } },
      held: { after: { LATER: 'failed' }, on: { CHANGE: 'room', FINISH: 'done' } },
      done: { ...rest, meta: { keeps: ['room'] }, on: { CHANGE: {}, FINISH: {} } },
      failed: { ...failed, on: { CHANGE: {}, FINISH: {} } },
    },
  },
});

const whatIsUnderWay = smallSaga('begins-anew-while-it-charges', {
  steps: travel,
  events: { HURRY: {} },
  machine: {
    initial: 'charging',
    states: {
      charging: {
        ...invoke('charge', 'paid'),
        on: { HURRY: { target: 'charging', reenter: true } },
      },
      paid: { ...paid, on: { HURRY: {} } },
      failed: { ...failed, on: { HURRY: {} } },
    },
  },
});

const whatIsTold = smallSaga('charges-what-has-come', {
  steps: travel,
  events: { PAID: newsOf('money', refund) },
  machine: {
    initial: 'asking',
    states: {
      asking: { ...invoke('verify', 'charging'), on: { PAID: 'charging' } },
      charging: { ...invoke('charge', 'paid'), on: { PAID: 'paid' } },
      paid: { ...paid, on: { PAID: {} } },
      failed: {
        id: 'failed',
        initial: 'undoing',
        states: {
          undoing: {
            invoke: { src: 'compensate', onDone: 'done' },
            on: { PAID: { target: 'undoing', reenter: true } },
          },
          done: { ...rest, on: { PAID: 'undoing' } },
        },
      },
    },
  },
});

const whatAnswersLate = smallSaga('books-again-while-the-first-may-answer', {
  steps: travel,
  machine: {
    initial: 'asking',
    states: {
      asking: { ...invoke('bookRoom', 'booked'), after: { LATER: 'undoing' } },
      undoing: { invoke: { src: 'compensate', onDone: 'again' } },
      again: { invoke: { ...invoke('bookRoom', 'booked').invoke, id: 'second' } },
      booked: { ...rest, meta: { keeps: ['room'] } },
      failed,
    },
  },
});

/** Open something twice under one name; each says where, and after how many things. */
export const CHARGES_TWICE: readonly { saga: AnySaga; subject: string; steps: number }[] = [
  { saga: silence, subject: 'charge in A', steps: 2 },
  { saga: whatIsThere, subject: 'bookRoom in room', steps: 2 },
  { saga: whatIsUnderWay, subject: 'charge in charging', steps: 1 },
  { saga: whatIsTold, subject: 'charge in charging', steps: 1 },
  { saga: whatAnswersLate, subject: 'bookRoom in again', steps: 3 },
];

const status = z.object({ status: z.enum(['there', 'none']) });
const ask = step('ask', {
  input: z.object({}),
  output: status,
  closes: { kind: 'money', instance: () => 'x', when: ({ output }) => output.status === 'none' },
});

const asksFirstByGuess = smallSaga('asks-before-it-charges-again', {
  steps: [...travel, ask],
  machine: {
    initial: 'charging',
    states: {
      charging: invoke('charge', 'paid', 'asking'),
      asking: invoke('ask', [{ guard: 'isThere', target: 'paid' }, { target: 'again' }]),
      again: { after: { SOON: 'charging' } },
      paid,
      failed,
    },
  },
  guards: {
    isThere: ({ event }: { event: { output: { status: string } } }) => event.output.status === 'there',
  },
});

/** Its guard is asked: it looks at what the participant said. */
const asksFirst = withCheckOptions(asksFirstByGuess, { samples: { input: [undefined] } });

/** Nothing leaves the state but the answer, so that no run is left that could answer later. */
const undoesFirst = smallSaga('compensates-before-it-charges-again', {
  steps: travel,
  machine: {
    initial: 'charging',
    states: {
      charging: invoke('charge', 'paid', 'undoing'),
      undoing: { invoke: { src: 'compensate', onDone: 'again' } },
      again: { after: { SOON: 'charging', LATER: 'gone' } },
      paid,
      gone: rest,
    },
  },
});

/** The same, done rightly. */
export const CHARGES_ONCE: readonly AnySaga[] = [asksFirst, undoesFirst];
