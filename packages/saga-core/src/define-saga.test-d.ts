import { assertType, describe, expectTypeOf, test as it } from 'vitest';
import { type AnyStateMachine, setup } from 'xstate';
import { z } from 'zod';
import { declined, landed, later } from './answer.js';
import { compensate } from './compensate.js';
import { defineSaga } from './define-saga.js';
import type { Keeps } from './kept-obligations.js';
import { publicEvent } from './public-event.js';
import type { AdaptersFor, AnySaga, MissingUndo, PublicEventOf, SagaInput } from './saga-definition.js';
import { type AnyStep, asAction, step } from './step.js';
import { createTestRunner } from './testing/create-test-runner.js';

const release = step('release', {
  input: z.object({ id: z.string() }),
  output: z.object({ ok: z.boolean() }),
});
const reserve = step('reserve', {
  input: z.object({ sku: z.string(), quantity: z.number() }),
  output: z.object({ id: z.string() }),
  declines: ['OUT_OF_STOCK'],
  opens: {
    kind: 'stock.reserved',
    instance: ({ sku }) => sku,
    undo: release,
    undoInput: ({ output }) => ({ id: output?.id ?? '' }),
  },
});
const look = step('look', { input: z.object({ sku: z.string() }), output: z.number(), probe: true });
const tell = step('tell', { input: z.object({ text: z.string() }), output: z.null() });

const actors = { reserve, release, look, compensate };
type Event = { type: 'PAY' | 'CANCEL' } | { type: 'NOTE'; text: string };
const types = {
  context: {} as { sku: string },
  events: {} as Event,
  input: {} as { sku: string },
};
const machine = setup({ types, actors, actions: { tell: asAction(tell) } }).createMachine({
  context: ({ input }) => ({ sku: input.sku }),
  initial: 'a',
  states: {
    a: {
      invoke: { src: 'reserve', input: ({ context }) => ({ sku: context.sku, quantity: 1 }), onDone: 'b' },
    },
    b: { tags: ['rest'] },
  },
});
const events = {
  PAY: publicEvent({ schema: z.object({}) }),
  NOTE: publicEvent({ schema: z.object({ text: z.string() }) }),
};
const shop = { name: 'shop', version: 1, machine, events };
const saga = defineSaga({ ...shop, input: z.object({ sku: z.string() }) });
type Shop = typeof saga;

const adapters = {
  reserve: ({ input }: { input: { sku: string; quantity: number } }) => ({ id: input.sku }),
  release: () => ({ ok: true }),
  look: { run: () => 1, probe: () => Promise.resolve(landed(1)) },
} as const;

describe('a saga definition', () => {
  it('tells its input and its public events', () => {
    expectTypeOf<SagaInput<Shop>>().toEqualTypeOf<{ sku: string }>();
    expectTypeOf<PublicEventOf<Shop>['type']>().toEqualTypeOf<'PAY' | 'NOTE'>();
    assertType<PublicEventOf<Shop>>({ type: 'PAY' });
    assertType<PublicEventOf<Shop>>({ type: 'NOTE', text: 'hello' });
    // @ts-expect-error: the machine knows it, but it isn't public
    assertType<PublicEventOf<Shop>>({ type: 'CANCEL' });
    // @ts-expect-error: nobody declared it
    assertType<PublicEventOf<Shop>>({ type: 'UNHEARD_OF' });
    // @ts-expect-error: its payload is missing
    assertType<PublicEventOf<Shop>>({ type: 'NOTE' });
  });

  it('types the context for an end that names what it keeps', () => {
    const meta = {} as { keeps?: Keeps<{ sku: string }> };
    const named = setup({ types: { ...types, meta }, actors }).createMachine({
      context: ({ input }) => ({ sku: input.sku }),
      initial: 'a',
      states: {
        a: {
          meta: {
            keeps: [
              'seat.held',
              { kind: 'stock.reserved', instance: ({ context }) => context.sku },
              // @ts-expect-error: the context has no such key
              { kind: 'stock.sold', instance: ({ context }) => context.unheardOf },
            ],
          },
        },
      },
    });
    assertType<AnyStateMachine>(named);
  });

  it('refuses a public event that the machine does not know', () => {
    const UNHEARD_OF = publicEvent({ schema: z.object({}) });
    // @ts-expect-error: the machine has no such event
    assertType<AnySaga>(defineSaga({ ...shop, events: { UNHEARD_OF } }));
  });

  it('refuses a payload that does not fit the event of the machine', () => {
    const wrong = publicEvent({ schema: z.object({ text: z.number() }) });
    const empty = publicEvent({ schema: z.object({}) });
    // @ts-expect-error: text is a string there
    assertType<AnySaga>(defineSaga({ ...shop, events: { NOTE: wrong } }));
    // @ts-expect-error: text is missing
    assertType<AnySaga>(defineSaga({ ...shop, events: { NOTE: empty } }));
  });

  it('refuses an input schema that does not fit the input of the machine', () => {
    // @ts-expect-error: sku is a string there
    assertType<AnySaga>(defineSaga({ ...shop, input: z.object({ sku: z.number() }) }));
  });

  it('refuses an override event that is not among its events', () => {
    // @ts-expect-error: CANCEL isn't public
    assertType<AnySaga>(defineSaga({ ...shop, override: 'CANCEL' }));
    assertType<AnySaga>(defineSaga({ ...shop, override: 'PAY' }));
  });

  it('refuses a machine whose undo step is not among its actors, and names it', () => {
    const forgetful = setup({ types, actors: { reserve, compensate } }).createMachine({
      context: ({ input }) => ({ sku: input.sku }),
      initial: 'a',
      states: { a: { tags: ['rest'] } },
    });
    expectTypeOf<MissingUndo<typeof forgetful>>().toEqualTypeOf<'release'>();
    expectTypeOf<MissingUndo<typeof machine>>().toEqualTypeOf<never>();
    // @ts-expect-error: release is missing
    assertType<AnySaga>(defineSaga({ ...shop, machine: forgetful }));
  });
});

describe('a machine', () => {
  const context = ({ input }: { input: { sku: string } }) => ({ sku: input.sku });

  it('gives a step the input that its contract asks for', () => {
    const right = { src: 'reserve', input: { sku: 'a', quantity: 1 } } as const;
    const wrong = { src: 'reserve', input: { sku: 'a' } } as const;
    assertType<AnyStateMachine>(setup({ types, actors }).createMachine({ context, invoke: right }));
    // @ts-expect-error: quantity is missing
    assertType<AnyStateMachine>(setup({ types, actors }).createMachine({ context, invoke: wrong }));
  });

  it('gets the output that its contract promises', () => {
    setup({ types, actors }).createMachine({
      context: ({ input }) => ({ sku: input.sku }),
      initial: 'a',
      states: {
        a: {
          invoke: {
            src: 'reserve',
            input: { sku: 'a', quantity: 1 },
            onDone: { actions: ({ event }) => expectTypeOf(event.output).toEqualTypeOf<{ id: string }>() },
          },
        },
      },
    });
  });

  it('gives an action that is a step its parameters', () => {
    const config = setup({ types, actors, actions: { tell: asAction(tell) } });
    const right = { type: 'tell', params: { text: 'hello' } } as const;
    const wrong = { type: 'tell', params: { text: 7 } } as const;
    assertType<AnyStateMachine>(config.createMachine({ context, entry: right }));
    // @ts-expect-error: text is a string
    assertType<AnyStateMachine>(config.createMachine({ context, entry: wrong }));
  });
});

describe('adapters', () => {
  it('follow from the machine', () => {
    assertType<AdaptersFor<Shop>>(adapters);
    expectTypeOf<keyof AdaptersFor<Shop>>().toEqualTypeOf<'reserve' | 'release' | 'look'>();
  });

  it('may decline, or answer later', () => {
    assertType<AdaptersFor<Shop>>({
      ...adapters,
      reserve: () => declined('OUT_OF_STOCK'),
      release: async () => later(),
    });
  });

  it('are all there', () => {
    const { release: _release, ...rest } = adapters;
    // @ts-expect-error: release is missing
    assertType<AdaptersFor<Shop>>(rest);
    // @ts-expect-error: release is missing
    createTestRunner({ sagas: [saga], adapters: rest });
    createTestRunner({ sagas: [saga], adapters });
  });

  it('take the input of the contract', () => {
    const reserveWrongly = ({ input }: { input: { sku: number } }) => ({ id: `${input.sku}` });
    // @ts-expect-error: sku is a string
    assertType<AdaptersFor<Shop>>({ ...adapters, reserve: reserveWrongly });
  });

  it('give the output of the contract', () => {
    // @ts-expect-error: id is a string
    assertType<AdaptersFor<Shop>>({ ...adapters, reserve: () => ({ id: 7 }) });
    // @ts-expect-error: id is missing
    assertType<AdaptersFor<Shop>>({ ...adapters, reserve: () => Promise.resolve({}) });
  });

  it('have a probe where the contract asks for one', () => {
    const run = () => 1;
    assertType<AdaptersFor<Shop>>({ ...adapters, look: { run: () => 1, probe: () => landed(1) } });
    const probeWrongly = () => Promise.resolve(landed('one'));
    // @ts-expect-error: the probe is missing
    assertType<AdaptersFor<Shop>>({ ...adapters, look: { run } });
    // @ts-expect-error: the probe is missing
    assertType<AdaptersFor<Shop>>({ ...adapters, look: run });
    // @ts-expect-error: what landed is a number
    assertType<AdaptersFor<Shop>>({ ...adapters, look: { run, probe: probeWrongly } });
  });
});

describe('a step', () => {
  const base = { input: z.object({ sku: z.string() }), output: z.object({ id: z.string() }) };
  const opens = { kind: 'k', instance: ({ sku }: { sku: string }) => sku, undo: release };
  type Forward = { input: { sku: string }; output: { id: string } | undefined };

  it('refuses an undo whose input is made wrongly', () => {
    const undoInput = ({ input }: Forward) => ({ sku: input.sku });
    // @ts-expect-error: release takes an id
    assertType<AnyStep>(step('wrong', { ...base, opens: { ...opens, undoInput } }));
  });

  it('refuses to read an output that may be missing', () => {
    const undoInput = ({ output }: { output: { id: string } }) => ({ id: output.id });
    // @ts-expect-error: nobody knows whether there is an output
    assertType<AnyStep>(step('hasty', { ...base, opens: { ...opens, undoInput } }));
  });

  it('refuses an undo without the making of its input', () => {
    // @ts-expect-error: undoInput is missing
    assertType<AnyStep>(step('half', { ...base, opens }));
    const undoInput = ({ output }: Forward) => ({ id: output?.id ?? '' });
    assertType<AnyStep>(step('whole', { ...base, opens: { ...opens, undoInput } }));
  });
});
