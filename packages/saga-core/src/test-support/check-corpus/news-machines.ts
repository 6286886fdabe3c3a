import { assign, raise } from 'xstate';
import { z } from 'zod';
import { publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import type { Broken } from './broken-machines.js';
import { failed, invoke, kept, newsOf, smallSaga } from './small-saga.js';
import { refund, travel } from './travel-steps.js';

const rest = { tags: ['rest'] };
const keepsMoney = { ...rest, meta: { keeps: ['money'] } };
const DAY_MS = 86_400_000;

/** A document is to be signed while a card is charged. */
function signs(name: string, waiting: object, more: object = {}, inTheEnd = ''): AnySaga {
  const clock = {
    charging: invoke('charge', 'reminding'),
    reminding: { after: { SOON: 'waiting' }, on: { SIGNED: 'charged' } },
    waiting: { after: { LATER: inTheEnd }, on: { SIGNED: 'charged' } },
  };
  const alone = { charging: invoke('charge', 'charged') };
  return smallSaga(name, {
    steps: travel,
    events: { SIGNED: {} },
    machine: {
      initial: 'both',
      on: { SIGNED: {} },
      states: {
        both: {
          type: 'parallel',
          onDone: 'paid',
          ...more,
          states: {
            document: {
              initial: 'waiting',
              states: { waiting, signed: { type: 'final' } },
            },
            payment: {
              initial: 'charging',
              states: { ...(inTheEnd ? clock : alone), charged: { type: 'final' } },
            },
          },
        },
        paid: keepsMoney,
        failed,
      },
    },
  });
}

const forSignature = { on: { SIGNED: 'signed' } };
const late = raise({ type: 'LATE' }, { id: 'late', delay: 'LATER' } as never);

/** A wait in a region that something above it, beside it, or raised in it ends. */
export const SOUND_WAITS: readonly AnySaga[] = [
  signs('signs-within-a-time', forSignature, { after: { LATER: 'failed' } }),
  signs('signs-until-late', { entry: late, on: { SIGNED: 'signed', LATE: '#failed' } }),
  signs('signs-until-late-above', { entry: late, ...forSignature }, { on: { LATE: 'failed' } }),
  signs('signs-beside-a-clock', forSignature, {}, '#failed'),
];

/** Money may be told of; where that isn't in time, the saga is over. */
function hears(name: string, event: object, gone: object | string, more: object = {}): AnySaga {
  return smallSaga(name, {
    steps: travel,
    events: { PAID: event },
    machine: {
      initial: 'waiting',
      states: {
        waiting: { after: { LATER: 'gone' }, on: { PAID: 'paid' } },
        paid: { ...keepsMoney, on: { PAID: {} } },
        gone: { ...rest, on: { PAID: gone } },
        undoing: {
          invoke: { src: 'compensate', onDone: 'gone' },
          on: { PAID: { target: 'undoing', reenter: true } },
        },
        ...more,
      },
    },
    delays: { DAYS: 3 * DAY_MS },
    guards: { isBig: ({ event }: Told) => event.amount > 1_000 },
  });
}

interface Told {
  readonly event: { readonly amount: number };
}

const amount = z.object({ amount: z.number() });
const ofAnAmount = { ...newsOf('money', refund), schema: amount };
const forADay = { ...newsOf('money', refund), defer: { ttlMs: DAY_MS } };
/** Waits for something else before it looks whether it was paid. */
const looksLater = (delay: string) => ({
  waiting: { after: { [delay]: 'looking' } },
  looking: { after: { LATER: 'gone' }, on: { PAID: 'paid' } },
});

/** Prints something before it looks whether it was paid; the deadline of a step is ten minutes. */
const printsFirst = (more: object = {}) => ({
  waiting: { ...invoke('print', 'looking', 'looking'), ...more },
  looking: { after: { LATER: 'gone' }, on: { PAID: 'paid' } },
});
const forAMinute = { ...newsOf('money', refund), ...kept };

/** News that every answer of the guards takes, or that is kept for as long as the wait lasts. */
export const SOUND_NEWS: readonly AnySaga[] = [
  hears(
    'takes-news-either-way',
    { ...forADay, schema: amount },
    [{ guard: 'isBig', target: 'undoing' }, { target: 'undoing' }],
    looksLater('LATER'),
  ),
  hears('keeps-news-long-enough', forADay, 'undoing', looksLater('LATER')),
  hears('keeps-news-longer-than-a-step', forADay, 'undoing', printsFirst()),
  hears('gives-a-step-a-second', forAMinute, 'undoing', printsFirst({ after: { SOON: 'looking' } })),
];

/** News that a guard refuses or ignores, or that is kept for less than the wait or a step lasts; and a wait beside a clock. */
export const BROKEN_NEWS: readonly Broken[] = [
  {
    saga: hears('refuses-small-money', ofAnAmount, { guard: 'isBig', target: 'undoing' }),
    rule: 'news-lost',
    subject: 'PAID in gone',
    steps: 1,
  },
  {
    saga: hears('ignores-big-money', ofAnAmount, [{ guard: 'isBig' }, { target: 'undoing' }]),
    rule: 'news-lost',
    subject: 'PAID in gone',
    steps: 1,
  },
  {
    saga: hears('looks-too-late', forADay, 'undoing', looksLater('DAYS')),
    rule: 'news-lost',
    subject: 'PAID in waiting',
    steps: 0,
  },
  {
    saga: hears(
      'prints-and-will-not-hear',
      newsOf('money', refund),
      'undoing',
      printsFirst({ on: { PAID: {} } }),
    ),
    rule: 'news-lost',
    subject: 'PAID in waiting',
    steps: 0,
  },
  {
    saga: hears('prints-for-too-long', forAMinute, 'undoing', printsFirst()),
    rule: 'news-lost',
    subject: 'PAID in waiting',
    steps: 0,
  },
  {
    saga: signs('signs-beside-another-clock', forSignature, {}, 'charged'),
    rule: 'wait-without-timeout',
    subject: 'both.document.waiting',
    steps: 1,
  },
];

interface Payment {
  readonly paymentId: string;
  readonly amount: number;
}
interface Heard {
  readonly context: { readonly seen: readonly string[] };
  readonly event: Payment;
}
const payment = z.object({ paymentId: z.string(), amount: z.number() });
const PRICE = 10;

/** Takes each payment once: the same message once more is refused, and so is what `isOurs` doesn't want. */
function takesOnce(name: string, isOurs: (payment: Payment) => boolean, isNamed = isOurs): AnySaga {
  const isNew = ({ context, event }: Heard) => !context.seen.includes(event.paymentId) && isOurs(event);
  const taken = (target: string) => ({ guard: 'isNew', target, actions: 'remember', reenter: true });
  return smallSaga(name, {
    steps: travel,
    input: z.object({ orderId: z.string() }),
    events: {
      PAID: publicEvent({
        schema: payment,
        opens: {
          kind: 'money',
          instance: (told) => (isNamed(told) ? told.paymentId : undefined),
          undo: refund,
          undoInput: () => ({}) as never,
        },
      }),
    },
    machine: {
      initial: 'waiting',
      context: { seen: [] },
      states: {
        waiting: { after: { LATER: 'gone' }, on: { PAID: taken('paid') } },
        paid: { ...keepsMoney, on: { PAID: taken('paid') } },
        gone: { ...rest, on: { PAID: taken('undoing') } },
        undoing: { invoke: { src: 'compensate', onDone: 'gone' }, on: { PAID: taken('undoing') } },
      },
    },
    guards: { isNew },
    actions: {
      remember: assign({ seen: ({ context, event }: Heard) => [...context.seen, event.paymentId] } as never),
    },
  });
}

const any = () => true;
const isPrice = ({ amount }: Payment) => amount === PRICE;

/** An idempotent consumer: a guard refuses the message that came before. */
export const takesPaymentsOnce = takesOnce('takes-payments-once', any);
/** Also refuses what isn't the price, although that money has come. */
export const refusesOtherAmounts = takesOnce('refuses-other-amounts', isPrice, any);
/** The same, of a gateway that tells of every attempt: only what is the price has come. */
export const hearsOfAttempts = takesOnce('hears-of-attempts', isPrice);
