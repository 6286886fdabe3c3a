import { assign, enqueueActions } from 'xstate';
import { z } from 'zod';
import { publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import { type AnyStep, step } from '../../step.js';
import type { Broken } from './broken-machines.js';
import { KEEPS_TWO_CARDS } from './charges-by-card.js';
import { seats } from './seat-steps.js';
import { failed, smallSaga } from './small-saga.js';

const rest = { tags: ['rest'] };
const nothing = z.object({});
const payment = z.object({ paymentId: z.string() });
const account = z.object({ account: z.string() });
const refund = step('refund', { input: payment, output: nothing });

interface Args {
  readonly context: Readonly<Record<string, string>>;
  readonly event: Readonly<Record<string, string>> & { readonly output: Readonly<Record<string, string>> };
}

/** Takes one payment, and ignores that there is another. */
const aSecondPayment = smallSaga('ignores-a-second-payment', {
  steps: [refund],
  events: {
    PAID: publicEvent({
      schema: payment,
      defer: { ttlMs: 60_000 },
      opens: { kind: 'payment', instance: ({ paymentId }) => paymentId, undo: refund, undoInput: (it) => it },
    }),
  },
  machine: {
    initial: 'waiting',
    states: {
      waiting: { after: { LATER: 'gone' }, on: { PAID: 'paid' } },
      paid: { ...rest, meta: { keeps: ['payment'] }, on: { PAID: {} } },
      gone: { ...rest, on: { PAID: 'undoing' } },
      undoing: {
        invoke: { src: 'compensate', onDone: 'gone' },
        on: { PAID: { target: 'undoing', reenter: true } },
      },
    },
  },
});

/** Holds every seat of a list, and gives the first one back that it holds. */
const theRestOfAList = smallSaga('gives-the-first-of-a-list-back', {
  steps: seats,
  input: z.object({ seats: z.array(z.string()).min(1) }),
  machine: {
    initial: 'holding',
    context: ({ input }: { input: object }) => input,
    states: {
      holding: {
        entry: enqueueActions(({ enqueue, context }) => {
          for (const seat of (context as { seats: readonly string[] }).seats)
            enqueue.spawnChild('holdOne' as never, { id: `hold-${seat}`, input: { seat } } as never);
        }),
        after: { LATER: 'failed' },
        on: { 'xstate.done.actor.*': 'giving', 'xstate.error.actor.*': 'failed' },
      },
      giving: {
        invoke: {
          src: 'giveBack',
          input: ({ event }: { event: { type: string } }) => ({
            seat: event.type.replace('xstate.done.actor.hold-', ''),
          }),
          onDone: 'gone',
          onError: 'failed',
        },
      },
      gone: rest,
      failed,
    },
  },
});

const put = step('put', { input: account, output: nothing });
const take = step('take', {
  input: account,
  output: nothing,
  opens: { kind: 'hold', instance: ({ account }) => account, undo: put, undoInput: ({ input }) => input },
});
const settle = step('settle', {
  input: account,
  output: nothing,
  closes: { kind: 'hold', instance: ({ account }) => account },
});

/** Takes from one account, and settles the other. */
const theOtherAccount = smallSaga('settles-the-other-account', {
  steps: [put, take, settle],
  input: z.object({ from: z.string(), to: z.string() }),
  machine: {
    initial: 'taking',
    context: ({ input }: { input: object }) => input,
    states: {
      taking: {
        invoke: {
          src: 'take',
          input: ({ context }: Args) => ({ account: context['from'] }),
          onDone: 'settling',
          onError: '#failed',
        },
      },
      settling: {
        invoke: {
          src: 'settle',
          input: ({ context }: Args) => ({ account: context['to'] }),
          onDone: 'settled',
          onError: '#failed',
        },
      },
      settled: rest,
      failed,
    },
  },
});

const intent = z.object({ intentId: z.string() });
const createIntent = step('createIntent', { input: nothing, output: intent });
const cancelIntent = step('cancelIntent', { input: intent, output: nothing });
const authorize = step('authorize', {
  input: intent,
  output: nothing,
  opens: {
    kind: 'hold',
    instance: ({ intentId }) => intentId,
    idempotentBy: 'instance',
    undo: cancelIntent,
    undoInput: ({ input }) => input,
  },
});
const capture = step('capture', {
  input: intent,
  output: nothing,
  closes: { kind: 'hold', instance: ({ intentId }) => intentId },
});
const theIntent = ({ context }: Args) => ({ intentId: context['intentId'] });

/** Begins anew with another intent where nobody knows what became of the first. */
const theFirstIntent = smallSaga('forgets-the-first-intent', {
  steps: [createIntent, cancelIntent, authorize, capture],
  machine: {
    initial: 'creating',
    context: {},
    states: {
      creating: {
        invoke: {
          src: 'createIntent',
          input: () => ({}),
          onDone: {
            target: 'authorizing',
            actions: assign({ intentId: ({ event }: Args) => event.output['intentId'] } as never),
          },
          onError: '#failed',
        },
      },
      authorizing: {
        invoke: { src: 'authorize', input: theIntent, onDone: 'capturing', onError: 'creating' },
      },
      capturing: { invoke: { src: 'capture', input: theIntent, onDone: 'captured', onError: '#failed' } },
      captured: rest,
      failed,
    },
  },
});

/** Takes the news that any order is cancelled for the news that its own is. */
function anotherOrder(name: string, number: z.ZodType): AnySaga {
  const given = z.object({ number });
  const numberOf = (it: unknown) => String((it as { number: unknown }).number);
  const cancel = step('cancel', { input: given, output: nothing });
  const place = step('place', {
    input: given,
    output: nothing,
    opens: { kind: 'order', instance: numberOf, undo: cancel, undoInput: ({ input }) => input },
  });
  return smallSaga(name, {
    steps: [cancel, place],
    input: given,
    events: {
      CANCELLED: publicEvent({ schema: given, closes: { kind: 'order', instance: numberOf } }),
    },
    machine: {
      initial: 'placing',
      context: ({ input }: { input: object }) => input,
      on: { CANCELLED: {} },
      states: {
        placing: {
          invoke: {
            src: 'place',
            input: ({ context }: Args) => context,
            onDone: 'placed',
            onError: '#failed',
          },
        },
        placed: { after: { LATER: 'done' }, on: { CANCELLED: 'gone' } },
        done: { ...rest, meta: { keeps: ['order'] } },
        gone: rest,
        failed,
      },
    },
  });
}

const anotherOrders = [
  anotherOrder('takes-another-name-for-its-own', z.string()),
  anotherOrder('takes-another-number-for-its-own', z.number()),
  anotherOrder('takes-another-uuid-for-its-own', z.uuid()),
  anotherOrder('takes-another-code-for-its-own', z.string().regex(/^ORD-\d{4}$/)),
];

/** Opens something only where the amount is large. */
const deposit = step('deposit', {
  input: nothing,
  output: z.object({ cents: z.number() }),
  opens: {
    kind: 'deposit',
    instance: () => 'x',
    when: ({ output }) => output.cents > 100,
    undo: put,
    undoInput: () => ({ account: 'x' }),
  },
});

const reference = z.object({ reference: z.string() });
const cancelOrder = step('cancelOrder', { input: reference, output: nothing });
/** Its input fits no sample, and its undo needs the output. */
const order = step('order', {
  input: z.object({ order: z.string().regex(/^ORD-\d+$/) }),
  output: reference,
  opens: {
    kind: 'order',
    instance: ({ order }) => order,
    undo: cancelOrder,
    undoInput: ({ output }) => ({ reference: (output as { reference: string }).reference }),
  },
});

const mayRefer = z.object({ reference: z.string().optional() });
/** Its undo takes the reference from an output that may have none. */
const orderOnce = step('orderOnce', {
  input: reference,
  output: mayRefer,
  opens: {
    kind: 'order',
    instance: ({ reference }) => reference,
    undo: cancelOrder,
    undoInput: ({ input, output }) => (output ? { reference: output.reference as string } : input),
  },
});
const confirm = step('confirm', { input: nothing, output: nothing, declines: ['NO'] });

/** Undoes an order whose answer had no reference. */
const withoutReference = smallSaga('undoes-without-a-reference', {
  steps: [cancelOrder, orderOnce, confirm],
  machine: {
    initial: 'ordering',
    states: {
      ordering: {
        invoke: {
          src: 'orderOnce',
          input: () => ({ reference: 'x' }),
          onDone: 'confirming',
          onError: '#failed',
        },
      },
      confirming: {
        invoke: { src: 'confirm', input: () => ({}), onDone: 'confirmed', onError: '#failed' },
      },
      confirmed: { ...rest, meta: { keeps: ['order'] } },
      failed,
    },
  },
});

function oneStep(name: string, steps: readonly AnyStep[], src: string, input: object, keeps: string[]) {
  return smallSaga(name, {
    steps,
    machine: {
      initial: 'A',
      states: {
        A: { invoke: { src, input: () => input, onDone: 'B', onError: '#failed' } },
        B: { ...rest, meta: { keeps } },
        failed,
      },
    },
  });
}

/** Machines whose defect shows only with a second instance, or with another value than the first that comes to mind. */
export const BROKEN_WITH_TWO: readonly Broken[] = [
  { saga: aSecondPayment, rule: 'news-lost', subject: 'PAID in paid', steps: 1 },
  { saga: theRestOfAList, rule: 'obligation-left-open', subject: 'seat in gone', steps: 3 },
  { saga: theOtherAccount, rule: 'obligation-left-open', subject: 'hold in settled', steps: 2 },
  { saga: theFirstIntent, rule: 'obligation-left-open', subject: 'hold in captured', steps: 5 },
  ...anotherOrders.map((saga) => ({
    saga,
    rule: 'obligation-left-open',
    subject: 'order in gone',
    steps: 2,
  })),
  {
    saga: oneStep('forgets-a-large-deposit', [put, deposit], 'deposit', {}, []),
    rule: 'obligation-left-open',
    subject: 'deposit in B',
    steps: 1,
  },
  ...KEEPS_TWO_CARDS,
  { saga: withoutReference, rule: 'undo-unsafe', subject: 'cancelOrder for orderOnce', steps: 2 },
  {
    saga: oneStep('undoes-with-what-it-may-not-have', [cancelOrder, order], 'order', { order: 'ORD-1' }, [
      'order',
    ]),
    rule: 'undo-unsafe',
    subject: 'cancelOrder for order',
    steps: 0,
  },
];
