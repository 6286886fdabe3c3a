import { assign, raise } from 'xstate';
import type { AnySaga } from '../../saga-definition.js';
import { CHARGES_TWICE } from './charges-again.js';
import { CLOSES_TOO_SOON } from './closes-too-soon.js';
import { BACK_IN_DOUBT } from './pivots-in-doubt.js';
import { deed, failed, invoke, kept, newsOf, smallSaga, undoing } from './small-saga.js';
import { refund, travel } from './travel-steps.js';

/** A machine with one defect. */
export interface Broken {
  readonly saga: AnySaga;
  /** Code of the rule that finds it. */
  readonly rule: string;
  readonly subject: string;
  /** How many things happen on the shortest way to it, the start not counted. */
  readonly steps: number;
}

const broken = (rule: string, subject: string, steps: number, saga: AnySaga): Broken => ({
  rule,
  subject,
  steps,
  saga,
});
const journey = (name: string, states: object, more: object = {}) =>
  smallSaga(name, { steps: travel, machine: { initial: 'A', states }, ...more });
const end = (...keeps: string[]) => ({ tags: ['rest'], meta: { keeps } });

const revoke = deed('revoke');
const credit = deed('credit', { opens: 'voucher', undo: revoke });
const sell = deed('sell', { opens: 'sale', undo: credit, declines: ['SOLD_OUT'] });
const ship = deed('ship', { pivot: true });

/** Every machine here breaks one rule in one place. */
export const BROKEN: readonly Broken[] = [
  broken(
    'obligation-left-open',
    'seat in B',
    1,
    journey('forgets-to-keep', { A: invoke('holdSeat', 'B'), B: end(), failed }),
  ),
  broken(
    'obligation-left-open',
    'seat in gone',
    2,
    journey('gives-up-without-undoing', {
      A: invoke('holdSeat', 'B'),
      B: invoke('verify', 'C', 'gone'),
      C: end('seat'),
      gone: end(),
      failed,
    }),
  ),
  broken(
    'obligation-left-open',
    'seat in gone',
    1,
    journey('takes-silence-for-a-no', { A: invoke('holdSeat', 'B', 'gone'), B: end('seat'), gone: end() }),
  ),
  broken(
    'obligation-left-open',
    'money in gone',
    2,
    journey('keeps-the-wrong-thing', {
      A: invoke('holdSeat', 'B'),
      B: invoke('charge', 'gone'),
      gone: end('seat'),
      failed,
    }),
  ),
  broken(
    'obligation-left-open',
    'room in B',
    2,
    journey(
      'leaves-a-step-behind',
      {
        A: { ...invoke('bookRoom', 'C'), on: { CANCEL: 'B' } },
        B: { ...end(), on: { CANCEL: {} } },
        C: { ...end('room'), on: { CANCEL: {} } },
        failed: { ...failed, on: { CANCEL: {} } },
      },
      { events: { CANCEL: {} } },
    ),
  ),
  broken(
    'obligation-left-open',
    'hold in C',
    2,
    journey('authorizes-and-forgets', {
      A: invoke('authorize', 'B'),
      B: invoke('print', 'C'),
      C: end('money'),
      failed,
    }),
  ),
  broken(
    'obligation-left-open',
    'seat in B.gone',
    2,
    journey('undoes-by-hand', {
      A: invoke('holdSeat', 'B', 'B'),
      B: { initial: 'undo', states: { undo: invoke('releaseSeat', 'gone', 'gone'), gone: end() } },
    }),
  ),
  broken(
    'obligation-left-open',
    'money in done',
    2,
    smallSaga('two-regions', {
      steps: travel,
      machine: {
        initial: 'work',
        states: {
          work: {
            type: 'parallel',
            onDone: 'done',
            states: {
              left: { initial: 'a', states: { a: invoke('charge', 'b'), b: { type: 'final' } } },
              right: { initial: 'a', states: { a: invoke('holdSeat', 'b'), b: { type: 'final' } } },
            },
          },
          done: end('seat'),
          failed,
        },
      },
    }),
  ),
  broken(
    'obligation-left-open',
    'seat in gone',
    2,
    journey(
      'a-guard-forgets',
      {
        A: invoke('holdSeat', 'B'),
        B: invoke('verify', [{ guard: 'isWorthIt', target: 'C' }, { target: 'gone' }]),
        C: end('seat'),
        gone: end(),
        failed,
      },
      { guards: { isWorthIt: () => true } },
    ),
  ),
  ...CHARGES_TWICE.map(({ subject, steps, saga }) => broken('opened-twice', subject, steps, saga)),
  ...CLOSES_TOO_SOON.map(({ subject, steps, saga }) => broken('closed-under-way', subject, steps, saga)),
  broken(
    'keeps-unopened',
    'saet in B',
    0,
    journey('misspells-what-it-keeps', { A: invoke('holdSeat', 'B'), B: end('seat', 'saet'), failed }),
  ),
  broken(
    'keeps-unopened',
    'voucher in failed.done',
    0,
    smallSaga('keeps-what-compensation-revokes', {
      steps: [revoke, credit, sell, ...travel],
      machine: {
        initial: 'A',
        states: {
          A: invoke('sell', 'B'),
          B: invoke('print', 'C'),
          C: end('sale'),
          failed: {
            id: 'failed',
            initial: 'undoing',
            states: {
              undoing: { invoke: { src: 'compensate', onDone: 'done' } },
              done: end('voucher'),
            },
          },
        },
      },
    }),
  ),
  broken(
    'event-from-nobody',
    'CANCLE',
    0,
    journey(
      'misspells-an-event',
      {
        A: { ...invoke('holdSeat', 'B'), on: { CANCEL: 'failed' } },
        B: { ...end('seat'), on: { CANCEL: {}, CANCLE: 'failed' } },
        failed: { ...failed, on: { CANCEL: {} } },
      },
      { events: { CANCEL: {} } },
    ),
  ),
  broken(
    'news-lost',
    'PAID in gone',
    1,
    journey(
      'deaf-to-late-money',
      {
        A: { after: { SOON: 'gone' }, on: { PAID: 'B' } },
        B: { ...end('money'), on: { PAID: {} } },
        gone: { ...end(), on: { PAID: {} } },
      },
      { events: { PAID: newsOf('money', refund) } },
    ),
  ),
  broken(
    'news-lost',
    'PAID in gone',
    1,
    journey(
      'ends-for-good',
      {
        A: { after: { SOON: 'gone' }, on: { PAID: 'B' } },
        B: { ...end('money'), on: { PAID: {} } },
        gone: { type: 'final', tags: ['rest'] },
      },
      { events: { PAID: newsOf('money', refund) } },
    ),
  ),
  broken(
    'undo-missing',
    'ticket in failed.undoing',
    1,
    journey('turns-back-after-the-pivot', {
      A: invoke('issueTicket', 'B'),
      B: invoke('print', 'C'),
      C: end('ticket'),
      failed,
    }),
  ),
  broken(
    'undo-never-open',
    'releaseSeat in B',
    1,
    journey('releases-what-nobody-held', {
      A: invoke('print', 'B', 'C'),
      B: invoke('releaseSeat', 'C', 'C'),
      C: end(),
    }),
  ),
  broken(
    'undo-never-open',
    'capture in A',
    0,
    journey('captures-before-it-authorizes', { A: invoke('capture', 'B'), B: end('money'), failed }),
  ),
  broken(
    'undo-never-open',
    'compensate in failed.undoing',
    1,
    journey('undoes-nothing', { A: invoke('verify', 'B'), B: end(), failed }),
  ),
  broken('undo-unsafe', 'give for take', 0, unsafeUndo('an-undo-that-says-no', { declines: ['TOO_LATE'] })),
  broken('undo-unsafe', 'give for take', 0, unsafeUndo('an-undo-that-doubles', { idempotent: false })),
  broken('undo-unsafe', 'give for take', 0, unsafeUndo('an-undo-that-is-tried-once', { attempts: 1 })),
  broken('undo-unsafe', 'give for take', 0, unsafeUndo('an-undo-that-needs-the-output', {}, true)),
  broken('repeat-unsafe', 'take', 0, takesAndGives('a-step-that-doubles', {}, { idempotent: false })),
  broken(
    'step-error-unhandled',
    'holdSeat in A',
    1,
    journey('expects-a-yes', {
      A: { invoke: { id: 'holdSeat', src: 'holdSeat', input: () => ({}), onDone: 'B' } },
      B: end('seat'),
    }),
  ),
  broken(
    'step-error-unhandled',
    'print in B',
    2,
    journey('forgets-silence', {
      A: invoke('holdSeat', 'B'),
      B: { invoke: { id: 'print', src: 'print', input: () => ({}), onDone: 'C' } },
      C: end('seat'),
      failed,
    }),
  ),
  broken(
    'answer-ignored',
    'print is done in A',
    1,
    journey('does-not-listen', {
      A: { invoke: { id: 'print', src: 'print', input: () => ({}), onError: 'B' }, after: { SOON: 'B' } },
      B: end(),
    }),
  ),
  broken(
    'wait-without-timeout',
    'A',
    0,
    journey(
      'waits-for-ever',
      { A: { on: { GO: 'B' } }, B: { ...end(), on: { GO: {} } } },
      { events: { GO: {} } },
    ),
  ),
  broken(
    'wait-without-timeout',
    'B',
    1,
    journey(
      'holds-the-seat-for-ever',
      {
        A: invoke('holdSeat', 'B'),
        B: { on: { GO: 'C' } },
        C: { ...end('seat'), on: { GO: {} } },
        failed: { ...failed, on: { GO: {} } },
      },
      { events: { GO: kept } },
    ),
  ),
  broken(
    'wait-without-timeout',
    'left.a',
    0,
    smallSaga('one-region-waits', {
      steps: travel,
      events: { GO: {} },
      machine: {
        type: 'parallel',
        states: {
          left: { initial: 'a', states: { a: { on: { GO: 'b' } }, b: { ...end(), on: { GO: {} } } } },
          right: { initial: 'a', states: { a: { after: { SOON: 'b' } }, b: end() } },
        },
      },
    }),
  ),
  broken(
    'rest-unreachable',
    'B',
    1,
    journey('goes-round-in-circles', {
      A: { after: { SOON: 'D', LATER: 'B' } },
      B: { after: { SOON: 'C' } },
      C: { after: { SOON: 'B' } },
      D: end(),
    }),
  ),
  broken(
    'event-undeclared',
    'CANCEL in B',
    1,
    journey(
      'has-not-thought-of-it',
      { A: { ...invoke('print', 'B', 'B'), on: { CANCEL: 'B' } }, B: end() },
      { events: { CANCEL: {} } },
    ),
  ),
  broken(
    'event-undeclared',
    'GO in C',
    1,
    journey(
      'keeps-it-at-rest',
      { A: { after: { SOON: 'C' }, on: { GO: 'B' } }, B: { ...end(), on: { GO: {} } }, C: end() },
      { events: { GO: kept } },
    ),
  ),
  broken(
    'event-kept-in-vain',
    'GO in B',
    1,
    journey(
      'keeps-it-in-vain',
      {
        A: { after: { SOON: 'B' }, on: { GO: 'B' } },
        B: { after: { SOON: 'C' } },
        C: { ...end(), on: { GO: {} } },
      },
      { events: { GO: kept } },
    ),
  ),
  broken(
    'event-never-taken',
    'GO',
    0,
    journey(
      'never-takes-it',
      { A: { after: { SOON: 'B' }, on: { GO: {} } }, B: { ...end(), on: { GO: {} } } },
      { events: { GO: {} } },
    ),
  ),
  broken(
    'decline-after-pivot',
    'verify in B',
    1,
    journey('asks-too-late', {
      A: invoke('issueTicket', 'B', 'gone'),
      B: invoke('verify', 'C', 'C'),
      C: end('ticket'),
      gone: end('ticket'),
    }),
  ),
  broken(
    'compensation-after-pivot',
    'compensate in failed.undoing',
    3,
    journey(
      'refunds-what-has-been-shipped',
      {
        A: invoke('charge', 'B'),
        B: { invoke: { id: 'ship', src: 'ship', input: () => ({}), onDone: 'C' } },
        C: invoke('print', 'D'),
        D: end('money'),
        failed,
      },
      { steps: [...travel, ship] },
    ),
  ),
  broken(
    'compensation-after-pivot',
    'compensate in failed.undoing',
    3,
    smallSaga('refunds-what-is-shipped-late', {
      steps: [...travel, ship],
      machine: {
        initial: 'A',
        states: {
          A: invoke('charge', 'B'),
          // The machine doesn't wait for it any more, but it takes effect.
          B: { ...invoke('ship', 'D', 'D'), after: { SOON: 'C' } },
          C: invoke('print', 'D'),
          D: end('money'),
          failed,
        },
      },
    }),
  ),
  ...BACK_IN_DOUBT.map(({ saga, at, steps }) =>
    broken('compensation-after-pivot', `compensate in ${at}`, steps, saga),
  ),
  broken(
    'machine-throws',
    'A',
    1,
    journey(
      'chokes',
      { A: { after: { SOON: { target: 'B', actions: 'choke' }, LATER: 'B' } }, B: end() },
      {
        actions: {
          choke: assign(() => {
            throw new Error('it chokes');
          }),
        },
      },
    ),
  ),
  broken(
    'delay-unnamed',
    'A',
    0,
    journey('counts-in-numbers', {
      A: { entry: raise({ type: 'NOW' }, { id: 'now', delay: 500 }), on: { NOW: 'B' } },
      B: end(),
    }),
  ),
  broken(
    'state-unreachable',
    'C',
    0,
    journey('has-a-room-without-a-door', {
      A: invoke('print', 'B', 'B'),
      B: end(),
      C: { after: { SOON: 'B' } },
    }),
  ),
  broken(
    'state-unreachable',
    'C',
    0,
    journey('has-a-passage-without-a-door', {
      A: invoke('print', 'B', 'B'),
      B: end(),
      C: { always: 'B' },
    }),
  ),
];

function unsafeUndo(name: string, undo: object, undoNeedsOutput = false): AnySaga {
  return takesAndGives(name, undo, { undoNeedsOutput });
}

function takesAndGives(name: string, undo: object, forward: object): AnySaga {
  const give = deed('give', undo);
  const take = deed('take', { opens: 'thing', undo: give, ...forward });
  return smallSaga(name, {
    steps: [give, take],
    machine: {
      initial: 'A',
      states: { A: invoke('take', 'B'), B: end('thing'), failed: { id: 'failed', ...undoing } },
    },
  });
}
