import { and, enqueueActions, not, or } from 'xstate';
import type { Broken } from './broken-machines.js';
import { failed, invoke, smallSaga } from './small-saga.js';
import { travel } from './travel-steps.js';

const rest = { tags: ['rest'] };
const keepsSeat = { ...rest, meta: { keeps: ['seat'] } };

/** A seat is held; one answer of the guards keeps it, the other forgets it. */
function forgets(name: string, onDone: object, more: object = {}): Broken {
  const machine = {
    initial: 'A',
    context: { amount: 200 },
    states: { A: invoke('holdSeat', onDone), kept: keepsSeat, gone: rest, failed },
  };
  const saga = smallSaga(name, { steps: travel, machine, ...more });
  return { saga, rule: 'obligation-left-open', subject: 'seat in gone', steps: 1 };
}

interface Args {
  readonly context: { readonly amount: number };
}
interface Failed {
  readonly event: { readonly error: { readonly code: string } };
}
const isSmall = ({ context }: Args) => context.amount < 100;
const isBig = ({ context }: Args) => context.amount > 100;
const isHuge = ({ context }: Args) => context.amount > 1_000;

/** The leak stands in a state whose name is that of something else in a configuration. */
function forgetsIn(key: 'context' | 'input' | 'meta'): Broken {
  const saga = smallSaga(`forgets-in-a-state-called-${key}`, {
    steps: travel,
    machine: {
      initial: key,
      context: { amount: 50 },
      states: {
        [key]: invoke('holdSeat', [{ guard: isBig, target: 'gone' }, { target: 'kept' }]),
        kept: keepsSeat,
        gone: rest,
        failed,
      },
    },
  });
  return { saga, rule: 'obligation-left-open', subject: 'seat in gone', steps: 1 };
}

/** A seat is held, and an action checks whether it is to be forgotten. */
function checks(name: string, collect: Parameters<typeof enqueueActions>[0], more: object = {}): Broken {
  const machine = {
    initial: 'A',
    context: { amount: 50 },
    states: {
      A: invoke('holdSeat', { target: 'B', actions: enqueueActions(collect) }),
      B: { ...invoke('print', 'kept', 'kept'), on: { FORGET: 'gone' } },
      kept: keepsSeat,
      gone: rest,
      failed,
    },
  };
  const saga = smallSaga(name, { steps: travel, machine, ...more });
  return { saga, rule: 'obligation-left-open', subject: 'seat in gone', steps: 1 };
}

/** A dozen conditions, of which the last forgets the seat. */
const aDozen = Array.from({ length: 12 }, (_, index) => ({
  guard: ({ context }: Args) => context.amount === 500 + index,
  target: index === 11 ? 'gone' : 'kept',
}));

/** Machines whose defect shows where a guard that is code answers otherwise than it does on the first context. */
export const BROKEN_BEHIND_GUARDS: readonly Broken[] = [
  forgets('forgets-within-not', [{ guard: not(isBig as never), target: 'gone' }, { target: 'kept' }]),
  forgets('forgets-within-and', [
    { guard: and([isSmall, isHuge] as never), target: 'gone' },
    { target: 'kept' },
  ]),
  forgets('forgets-within-or', [
    { guard: or([isSmall, isHuge] as never), target: 'gone' },
    { target: 'kept' },
  ]),
  forgets('forgets-within-not-within-and', [
    { guard: and([isBig, not(or([isSmall, isHuge] as never))] as never), target: 'gone' },
    { target: 'kept' },
  ]),
  forgets('forgets-by-a-name-for-not', [{ guard: 'isPoor', target: 'gone' }, { target: 'kept' }], {
    guards: { isPoor: not(isBig as never) },
  }),
  forgets(
    'forgets-by-parameters',
    [{ guard: { type: 'isMoreThan', params: { limit: 1_000 } }, target: 'gone' }, { target: 'kept' }],
    {
      guards: {
        isMoreThan: ({ context }: Args, { limit }: { limit: number }) => context.amount > limit,
      },
    },
  ),
  forgets('forgets-at-the-twelfth-condition', [...aDozen, { target: 'kept' }]),
  forgetsIn('context'),
  forgetsIn('input'),
  forgetsIn('meta'),
  {
    rule: 'obligation-left-open',
    subject: 'seat in gone',
    saga: smallSaga('forgets-on-an-event-called-input', {
      steps: travel,
      events: { input: {} },
      machine: {
        initial: 'A',
        context: { amount: 50 },
        states: {
          A: { ...invoke('holdSeat', 'B'), on: { input: {} } },
          B: {
            after: { SOON: 'failed' },
            on: { input: [{ guard: isBig, target: 'gone' }, { target: 'kept' }] },
          },
          kept: { ...keepsSeat, on: { input: {} } },
          gone: { ...rest, on: { input: {} } },
          failed: { ...failed, on: { input: {} } },
        },
      },
    }),
    steps: 2,
  },
  checks(
    'checks-a-name-in-an-action',
    ({ check, enqueue }) => {
      if (check('isBig' as never)) enqueue.raise({ type: 'FORGET' });
    },
    { guards: { isBig } },
  ),
  checks('checks-code-in-an-action', ({ check, enqueue, context }) => {
    if (check((() => isBig({ context: context as Args['context'] })) as never))
      enqueue.raise({ type: 'FORGET' });
  }),
  checks('checks-within-not-in-an-action', ({ check, enqueue }) => {
    if (!check(not(isSmall as never) as never)) return;
    if (!check(not(isHuge as never) as never)) enqueue.raise({ type: 'FORGET' });
  }),
  {
    rule: 'state-unreachable',
    subject: 'accused',
    // A guard that reads nothing but how a step failed is asked: the contract names no such code.
    saga: smallSaga('waits-for-a-code-that-never-comes', {
      steps: travel,
      machine: {
        initial: 'A',
        states: {
          A: invoke('verify', 'kept', [
            { guard: ({ event }: Failed) => event.error.code === 'FRAUDD', target: 'accused' },
            { target: 'kept' },
          ]),
          accused: { after: { SOON: 'kept' } },
          kept: rest,
        },
      },
    }),
    steps: 0,
  },
  checks('checks-in-an-action-of-an-action', ({ enqueue }) => {
    enqueue(
      enqueueActions(({ check, enqueue: inner }) => {
        if (check(isBig as never)) inner.raise({ type: 'FORGET' });
      }),
    );
  }),
];
