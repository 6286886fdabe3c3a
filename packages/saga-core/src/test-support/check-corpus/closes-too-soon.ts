import { z } from 'zod';
import { publicEvent } from '../../index.js';
import type { AnySaga } from '../../saga-definition.js';
import { step } from '../../step.js';
import { deed, failed, invoke, newsOf, smallSaga } from './small-saga.js';

const rest = { tags: ['rest'] };
const held = { ...rest, meta: { keeps: ['hold'] } };

const refund = deed('refund');
const voidHold = deed('voidHold', { closes: 'hold', declines: [] });
const authorize = deed('authorize', { opens: 'hold', undo: voidHold, declines: ['NO_MONEY'] });
const moveHold = deed('moveHold', { closes: 'hold', opens: 'money', undo: refund, declines: ['NO'] });
const steps = [voidHold, authorize, refund, moveHold, deed('print')];

const byTimer = smallSaga('voids-what-is-asked-for', {
  steps,
  machine: {
    initial: 'asking',
    states: {
      asking: { ...invoke('authorize', 'held'), after: { SOON: 'voiding' } },
      voiding: invoke('voidHold', 'gone'),
      held,
      gone: rest,
      failed,
    },
  },
});

const byEvent = smallSaga('voids-at-a-word-what-is-asked-for', {
  steps,
  events: { CANCEL: {} },
  machine: {
    initial: 'asking',
    on: { CANCEL: {} },
    states: {
      asking: { ...invoke('authorize', 'held'), on: { CANCEL: 'voiding' } },
      voiding: invoke('voidHold', 'gone'),
      held,
      gone: rest,
      failed,
    },
  },
});

/** Whatever is compensated afterwards: what a step has closed stays closed. */
const andCompensates = smallSaga('voids-and-then-compensates', {
  steps,
  machine: {
    initial: 'asking',
    states: {
      asking: { ...invoke('authorize', 'printing'), after: { SOON: 'voiding' } },
      printing: invoke('print', 'held'),
      voiding: invoke('voidHold', 'failed'),
      held,
      failed: {
        id: 'failed',
        initial: 'telling',
        states: {
          telling: invoke('print', 'undoing', 'undoing'),
          undoing: { invoke: { src: 'compensate', onDone: 'done' } },
          done: rest,
        },
      },
    },
  },
});

const beside = smallSaga('voids-beside-authorizing', {
  steps,
  machine: {
    initial: 'work',
    states: {
      work: {
        type: 'parallel',
        onDone: 'gone',
        states: {
          left: { initial: 'a', states: { a: invoke('authorize', 'b'), b: { type: 'final' } } },
          right: { initial: 'a', states: { a: invoke('voidHold', 'b'), b: { type: 'final' } } },
        },
      },
      gone: held,
      failed,
    },
  },
});

const moves = smallSaga('captures-what-is-asked-for', {
  steps,
  machine: {
    initial: 'asking',
    states: {
      asking: { ...invoke('authorize', 'moving'), after: { SOON: 'moving' } },
      moving: invoke('moveHold', 'paid'),
      paid: { ...rest, meta: { keeps: ['money'] } },
      failed,
    },
  },
});

const status = z.object({ status: z.enum(['there', 'captured', 'none']) });
const instance = () => 'x';

/** A step that asks what has become of it, which closes it by `closing` of these. */
const asking = (closing: 'captured' | 'none') => {
  const ask = step('ask', {
    input: z.object({}),
    output: status,
    closes: { kind: 'hold', instance, when: ({ output }) => output.status === closing },
    opens: {
      kind: 'money',
      instance,
      when: ({ output }) => output.status === 'captured',
      idempotentBy: 'instance',
      undo: refund,
      undoInput: () => ({}) as never,
    },
  });
  return smallSaga(`asks-meanwhile-and-hears-${closing}`, {
    steps: [...steps, ask],
    machine: {
      initial: 'asking',
      states: {
        asking: { ...invoke('authorize', 'held'), after: { SOON: 'lookingUp' } },
        lookingUp: invoke('ask', 'failed'),
        held,
        failed,
      },
    },
  });
};

/** Close what is still being opened; each says where, and after how many things. */
export const CLOSES_TOO_SOON: readonly { saga: AnySaga; subject: string; steps: number }[] = [
  { saga: byTimer, subject: 'voidHold in voiding', steps: 2 },
  { saga: byEvent, subject: 'voidHold in voiding', steps: 2 },
  { saga: andCompensates, subject: 'voidHold in voiding', steps: 2 },
  { saga: beside, subject: 'voidHold in work.(left.a | right.a)', steps: 1 },
  { saga: moves, subject: 'moveHold in moving', steps: 2 },
  { saga: asking('none'), subject: 'ask in lookingUp', steps: 2 },
];

/** Its late answer is waited for: the event leads to a state that goes on only with it. */
const waits = smallSaga('waits-for-the-answer-and-voids', {
  steps,
  events: { CANCEL: { defer: { ttlMs: 60_000 } } },
  machine: {
    initial: 'asking',
    states: {
      asking: invoke('authorize', 'waiting'),
      waiting: { after: { SOON: 'held' }, on: { CANCEL: 'voiding' } },
      voiding: { ...invoke('voidHold', 'gone'), on: { CANCEL: {} } },
      held: { ...held, on: { CANCEL: {} } },
      gone: { ...rest, on: { CANCEL: {} } },
      failed: { ...failed, on: { CANCEL: {} } },
    },
  },
});

const compensates = smallSaga('compensates-what-is-asked-for', {
  steps,
  machine: {
    initial: 'asking',
    states: {
      asking: { ...invoke('authorize', 'held'), after: { SOON: 'failed' } },
      held,
      failed,
    },
  },
});

/** The message has said that it is there, so that it can be voided before the answer comes. */
const isTold = smallSaga('voids-what-a-message-tells-of', {
  steps,
  events: { HELD: newsOf('hold', voidHold) },
  machine: {
    initial: 'asking',
    states: {
      asking: { ...invoke('authorize', 'held'), on: { HELD: 'voiding' } },
      voiding: { ...invoke('voidHold', 'gone'), on: { HELD: {} } },
      held: { ...held, on: { HELD: {} } },
      gone: { ...rest, on: { HELD: {} } },
      failed: {
        id: 'failed',
        initial: 'undoing',
        states: {
          undoing: {
            invoke: { src: 'compensate', onDone: 'done' },
            on: { HELD: { target: 'undoing', reenter: true } },
          },
          done: { ...rest, on: { HELD: 'undoing' } },
        },
      },
    },
  },
});

/** What the outside says is over is over. */
const isOver = smallSaga('hears-that-it-was-voided', {
  steps,
  events: {
    VOIDED: publicEvent({ schema: z.object({}), closes: { kind: 'hold', instance: () => 'x' } }),
  },
  machine: {
    initial: 'asking',
    on: { VOIDED: {} },
    states: {
      asking: { ...invoke('authorize', 'held'), on: { VOIDED: 'gone' } },
      held: { ...held, on: { VOIDED: 'gone' } },
      gone: rest,
      failed,
    },
  },
});

/** The same, done rightly. */
export const CLOSES_IN_TIME: readonly AnySaga[] = [waits, compensates, isTold, isOver, asking('captured')];
