import { compensate, defineSaga, step } from '@countermand/saga-core';
import { assign, setup } from 'xstate';
import { z } from 'zod';

const order = z.object({ order: z.string() });
const ok = z.object({ ref: z.string() });

const releaseStock = step('releaseStock', { input: order, output: ok });
const voidPayment = step('voidPayment', { input: order, output: ok });

const check = step('check', { input: order, output: ok });
const reserve = step('reserve', {
  input: order,
  output: ok,
  opens: {
    kind: 'stock.held',
    instance: ({ order }) => order,
    undo: releaseStock,
    undoInput: ({ input }) => input,
  },
});
const authorize = step('authorize', {
  input: order,
  output: ok,
  declines: ['NO_FUNDS'],
  opens: {
    kind: 'payment.authorized',
    instance: ({ order }) => order,
    undo: voidPayment,
    undoInput: ({ input }) => input,
  },
});
const capture = step('capture', {
  input: order,
  output: ok,
  closes: { kind: 'payment.authorized', instance: ({ order }) => order },
});
const confirm = step('confirm', { input: order, output: ok });

type Refs = { readonly [step: string]: string };

const machine = setup({
  types: {
    context: {} as { order: string; refs: Refs },
    input: {} as { order: string },
  },
  actors: { check, reserve, authorize, capture, confirm, releaseStock, voidPayment, compensate },
}).createMachine({
  context: ({ input }) => ({ order: input.order, refs: {} }),
  initial: 'CHECKING',
  states: {
    CHECKING: {
      invoke: {
        src: 'check',
        input: ({ context }) => ({ order: context.order }),
        onDone: {
          target: 'RESERVING',
          actions: assign({ refs: ({ context, event }) => ({ ...context.refs, check: event.output.ref }) }),
        },
        onError: 'CANCELLING',
      },
    },
    RESERVING: {
      invoke: {
        src: 'reserve',
        input: ({ context }) => ({ order: context.order }),
        onDone: {
          target: 'AUTHORIZING',
          actions: assign({ refs: ({ context, event }) => ({ ...context.refs, reserve: event.output.ref }) }),
        },
        onError: 'CANCELLING',
      },
    },
    AUTHORIZING: {
      invoke: {
        src: 'authorize',
        input: ({ context }) => ({ order: context.order }),
        onDone: {
          target: 'CAPTURING',
          actions: assign({
            refs: ({ context, event }) => ({ ...context.refs, authorize: event.output.ref }),
          }),
        },
        onError: 'CANCELLING',
      },
    },
    CAPTURING: {
      invoke: {
        src: 'capture',
        input: ({ context }) => ({ order: context.order }),
        onDone: {
          target: 'CONFIRMING',
          actions: assign({ refs: ({ context, event }) => ({ ...context.refs, capture: event.output.ref }) }),
        },
        onError: 'CANCELLING',
      },
    },
    CONFIRMING: {
      invoke: {
        src: 'confirm',
        input: ({ context }) => ({ order: context.order }),
        onDone: {
          target: 'DONE',
          actions: assign({ refs: ({ context, event }) => ({ ...context.refs, confirm: event.output.ref }) }),
        },
        onError: 'CANCELLING',
      },
    },
    CANCELLING: { invoke: { src: 'compensate', onDone: 'CANCELLED' } },
    DONE: { tags: ['rest'], meta: { keeps: ['stock.held'] } },
    CANCELLED: { tags: ['rest'] },
  },
});

/** Five steps, one after the other; two open an obligation, one closes one. */
export const fiveSteps = defineSaga({ name: 'five-steps', version: 1, machine, events: {} });
