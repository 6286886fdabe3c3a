import { z } from 'zod';
import { publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import { type AnyStep, asAction, step } from '../../step.js';
import type { Broken } from './broken-machines.js';
import { deed, failed, invoke, smallSaga, undoing } from './small-saga.js';

const nothing = z.object({});
const rest = { tags: ['rest'] };
const refund = step('refund', { input: nothing, output: nothing });

/** Cash opens nothing; the end keeps nothing. Which it is, only the step's input knows, which comes from the event. */
function paysHow(ways: readonly ['cash', 'card'] | readonly ['card', 'cash']): AnySaga {
  const how = z.object({ how: z.enum(ways) });
  const payHow = step('payHow', {
    input: how,
    output: nothing,
    opens: {
      kind: 'money',
      instance: () => 'x',
      when: ({ input }) => input.how === 'card',
      undo: refund,
      undoInput: () => ({}),
    },
  });
  return smallSaga(`pays-${ways[0]}-first`, {
    steps: [refund, payHow],
    events: { PAY: publicEvent({ schema: how }) },
    machine: {
      initial: 'choosing',
      on: { PAY: {} },
      states: {
        choosing: { after: { LATER: 'failed' }, on: { PAY: 'paying' } },
        paying: {
          invoke: {
            src: 'payHow',
            input: ({ event }: { event: object }) => ({ how: 'how' in event ? event.how : '' }),
            onDone: 'paid',
            onError: '#failed',
          },
        },
        paid: rest,
        failed,
      },
    },
  });
}

const release = deed('release');
const hold = deed('hold', { opens: 'stock', undo: release });
const giveBack = deed('giveBack', { closes: 'stock', declines: ['TOO_LATE'] });
const giveBackForSure = deed('giveBack', { closes: 'stock' });

/** Gives back by an action, and doesn't wait for its answer. */
const givesBackByAction = (name: string, off: object, giveBack: AnyStep): AnySaga =>
  smallSaga(name, {
    steps: [release, hold, giveBack],
    actions: { giveBack: asAction(giveBack) },
    machine: {
      initial: 'A',
      states: {
        A: invoke('hold', 'off'),
        off: { ...rest, entry: { type: 'giveBack', params: {} }, ...off },
        failed,
      },
    },
  });

/** By an action that is never declined, but may not be heard of. */
export const GIVES_BACK_UNHEARD = givesBackByAction('gives-back-unheard', {}, giveBackForSure);

/** By an action where everything else is undone at the same time. */
export const GIVES_BACK_AND_UNDOES: readonly AnySaga[] = [
  givesBackByAction('gives-back-and-undoes', { tags: [], ...undoing }, giveBack),
  givesBackByAction('gives-back-for-sure-and-undoes', { tags: [], ...undoing }, giveBackForSure),
];

/** What settles a step later: its input, or an answer that no machine waits for. */
export const SETTLED_BY_INPUT: readonly Broken[] = [
  ...[paysHow(['cash', 'card']), paysHow(['card', 'cash'])].map((saga) => ({
    saga,
    rule: 'obligation-left-open',
    subject: 'money in paid',
    steps: 2,
  })),
  {
    saga: givesBackByAction('gives-back-by-an-action', {}, giveBack),
    rule: 'obligation-left-open',
    subject: 'stock in off',
    steps: 2,
  },
  {
    saga: GIVES_BACK_UNHEARD,
    rule: 'obligation-left-open',
    subject: 'stock in off',
    steps: 2,
  },
];

/** The same, with an end that keeps what couldn't be given back. */
export const GIVES_BACK_OR_KEEPS = givesBackByAction(
  'gives-back-or-keeps',
  { meta: { keeps: ['stock'] } },
  giveBack,
);
