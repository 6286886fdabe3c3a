import { assign } from 'xstate';
import { z } from 'zod';
import { withCheckOptions } from '../../check/with-check-options.js';
import { publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import { step } from '../../step.js';
import type { Broken } from './broken-machines.js';
import { failed, smallSaga } from './small-saga.js';

const card = z.object({ card: z.string() });
const nothing = z.object({});
const instance = ({ card }: { readonly card: string }) => card;
const refundCard = step('refundCard', { input: card, output: nothing });
const chargeCard = step('chargeCard', {
  input: card,
  output: nothing,
  declines: ['NO_MONEY'],
  opens: { kind: 'money', instance, undo: refundCard, undoInput: ({ input }) => input },
});

interface Paying {
  readonly cards: readonly string[];
  readonly tried: number;
}
const theCard = ({ cards, tried }: Paying) => cards[tried] ?? '';
const charging = (onError: object) => ({
  invoke: {
    id: 'chargeCard',
    src: 'chargeCard',
    input: ({ context }: { context: Paying }) => ({ card: theCard(context) }),
    onDone: 'paid',
    onError,
  },
});
const next = assign({ tried: ({ context }: { context: Paying }) => context.tried + 1 } as never);
const hasAnother = ({ context: { cards, tried } }: { context: Paying }) => tried + 1 < cards.length;
const theOneCharged = { kind: 'money', instance: ({ context }: { context: Paying }) => theCard(context) };

const paid = publicEvent({
  schema: card,
  opens: { kind: 'money', instance, undo: refundCard, undoInput: (event) => event },
});

/** Tries one card after the other; `between` is what it does before the next. */
function byCards(
  name: string,
  keeps: readonly unknown[],
  between: 'nothing' | 'compensate',
  news = {},
): AnySaga {
  const saga = smallSaga(name, {
    steps: [refundCard, chargeCard],
    events: news,
    machine: {
      // The ledger takes it; the machine has nothing to do about it.
      ...('PAID' in news && { on: { PAID: { actions: 'note' } } }),
      initial: 'charging',
      context: { cards: ['first', 'second'], tried: 0 },
      states: {
        charging: charging([{ guard: 'hasAnother', target: 'another' }, { target: '#failed' }] as object),
        another:
          between === 'nothing'
            ? { entry: next, always: 'charging' }
            : { invoke: { src: 'compensate', onDone: { target: 'charging', actions: next } } },
        paid: { tags: ['rest'], meta: { keeps } },
        failed,
      },
    },
    guards: { hasAnother },
    actions: { note: assign({}) },
  });
  return withCheckOptions(saga, {
    samples: { input: [undefined], ...('PAID' in news && { events: { PAID: [{ card: 'first' }] } }) },
  });
}

/** News of a card that was given up comes while the other is kept. */
const takesNews = smallSaga('is-told-of-another-card', {
  steps: [refundCard, chargeCard],
  input: card,
  events: { PAID: paid },
  machine: {
    initial: 'charging',
    context: ({ input }: { input: { card: string } }) => ({ cards: [input.card], tried: 0 }),
    states: {
      charging: { ...charging([{ target: '#failed' }] as object), on: { PAID: 'failed' } },
      paid: {
        tags: ['rest'],
        meta: { keeps: [theOneCharged] },
        on: { PAID: { target: 'paid', reenter: true } },
      },
      failed: {
        id: 'failed',
        initial: 'undoing',
        on: { PAID: { target: 'failed', reenter: true } },
        states: failed.states,
      },
    },
  },
});

const choking = {
  kind: 'money',
  instance: () => {
    throw new Error('it chokes');
  },
};

/** An end that names what it keeps, with something else of that kind left over. */
export const KEEPS_TWO_CARDS: readonly Broken[] = [
  {
    saga: byCards('keeps-both-cards', [theOneCharged], 'nothing'),
    rule: 'obligation-left-open',
    subject: 'money in paid',
    steps: 2,
  },
  { saga: takesNews, rule: 'obligation-left-open', subject: 'money in paid', steps: 2 },
  {
    saga: byCards('chokes-on-what-it-keeps', [choking], 'compensate'),
    rule: 'machine-throws',
    subject: 'charging',
    steps: 1,
  },
];

/** Tries another card without undoing the first, and keeps whatever is charged. */
export const keepsEveryCard = byCards('keeps-every-card', ['money'], 'nothing');

/** Gives the first card back before it tries the second. */
export const KEEPS_ONE_CARD: readonly AnySaga[] = [
  byCards('keeps-the-second-card', [theOneCharged], 'compensate'),
  byCards('hears-late-of-the-first-card', [theOneCharged], 'compensate', { PAID: paid }),
];
