import { assign, enqueueActions, raise, spawnChild } from 'xstate';
import { z } from 'zod';
import type { CheckOptions } from '../../check/check-options.js';
import { type PublicEvent, publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import { type AnyStep, step } from '../../step.js';
import { seats } from './seat-steps.js';
import { smallSaga } from './small-saga.js';

/** There wherever the tests run. */
declare function structuredClone<Value>(value: Value): Value;

/** A machine that goes wrong for certain values alone. */
export interface GoesWrongForSome {
  readonly saga: AnySaga;
  readonly options: CheckOptions;
  /** What the check has to say: what it finds, or what it names as not tried. */
  readonly found?: string;
  readonly told?: RegExp;
}

interface Told {
  readonly output: never;
  readonly error: { readonly message: string; readonly details?: unknown };
}
/** What a function of these machines gets; each knows what is in it. */
interface Args {
  readonly context: never;
  readonly event: Told;
}
/** What a function gets that hears of an event. */
export interface Heard<Event> {
  readonly event: Event;
}
type Look = (args: never) => unknown;

const nothing = z.object({});
const rest = { tags: ['rest'] };
const paid = { ...rest, meta: { keeps: ['seat'] } };
const holding = {
  invoke: { src: 'holdOne', input: () => ({ seat: 'first' }), onDone: 'asking', onError: 'failed' },
};
const ask = (output: z.ZodType, declines: readonly string[] = []): AnyStep =>
  (step as unknown as (name: string, options: object) => AnyStep)('ask', {
    input: nothing,
    output,
    declines,
  });
const asks = (onDone: unknown, onError: unknown = 'failed') => ({
  invoke: { src: 'ask', input: () => ({}), onDone, onError },
});
const leaks = <A = Args>(guard: (args: A) => unknown) => [{ guard, target: 'gone' }, { target: 'paid' }];
const failed = { invoke: { src: 'compensate', onDone: 'gone' } };
const end = { paid, gone: rest, failed };
/** Gives the seat back. What else was held is forgotten. */
export const giving = (input: (args: never) => unknown = () => ({ seat: 'first' })) => ({
  invoke: { src: 'giveBack', input, onDone: 'gone', onError: 'failed' },
});
/** Guards are asked. */
export const asked: CheckOptions = { samples: { input: [undefined] } };

interface Parts {
  readonly steps?: readonly AnyStep[];
  readonly events?: Readonly<Record<string, Partial<PublicEvent>>>;
  readonly states: object;
  readonly context?: unknown;
  readonly guards?: object;
  readonly actions?: object;
  readonly delays?: object;
  readonly input?: z.ZodType;
}

/** Holds a seat, and does the rest; in `gone` the seat is forgotten. */
export function saga(
  name: string,
  { steps = [], events = {}, states, context = {}, ...more }: Parts,
): AnySaga {
  const on = Object.fromEntries(Object.keys(events).map((type) => [type, {}]));
  return smallSaga(name, {
    steps: [...seats, ...steps],
    events,
    machine: { initial: 'holding', context, on, states: { holding, ...end, ...states } },
    ...more,
  });
}

/** Is told something, and leads the seat to where it is forgotten if that looks so. */
export function hears(name: string, schema: z.ZodType, look: Look, more: Partial<Parts> = {}): AnySaga {
  return saga(name, {
    events: { TOLD: publicEvent({ schema }) as object },
    states: {
      asking: { after: { LATER: 'failed' }, on: { TOLD: leaks<never>(look) } },
    },
    ...more,
  });
}

/** Spawns a child that holds the seat which a number names, and gives back the second and the first. */
function spawnsBy(name: string, input: (args: Heard<Amount>) => object): AnySaga {
  return saga(name, {
    events: { TOLD: publicEvent({ schema: amount }) as object },
    states: {
      asking: {
        after: { LATER: 'failed' },
        on: {
          TOLD: {
            target: 'spawning',
            actions: spawnChild('holdOne' as never, { id: 'more', input } as never),
          },
        },
      },
      spawning: {
        after: { LATER: 'failed' },
        on: { 'xstate.done.actor.more': 'givingSecond', 'xstate.error.actor.more': 'failed' },
      },
      givingSecond: {
        invoke: {
          src: 'giveBack',
          input: () => ({ seat: 'second' }),
          onDone: 'givingFirst',
          onError: 'failed',
        },
      },
      givingFirst: giving(),
    },
  });
}

/** Tells itself what it is told, in whatever way, and looks at that. */
function tellsItself(name: string, actions: unknown, look: (args: Heard<Amount>) => unknown): AnySaga {
  return saga(name, {
    events: { TOLD: publicEvent({ schema: amount }) as object },
    states: {
      asking: {
        after: { LATER: 'failed' },
        on: { TOLD: { target: 'telling', actions } },
      },
      telling: { after: { LATER: 'failed' }, on: { AGAIN: leaks<never>(look) } },
    },
  });
}

/** A step that opens a second seat where its answer says so. */
function opening(output: z.ZodType, when: (answer: never) => boolean): AnyStep {
  const [undo] = seats;
  const second = () => ({ seat: 'second' });
  const opens = { kind: 'seat', instance: () => 'second', undo, undoInput: second, when };
  return (step as unknown as (name: string, options: object) => AnyStep)('ask', {
    input: nothing,
    output,
    opens,
  });
}

interface Answered {
  readonly output: { readonly isSeat: boolean; readonly count: number };
}

/** Asks a step that may open a second seat, and undoes both where the answer says that it is one. */
function opensWhen(name: string, when: (answer: Answered) => boolean): AnySaga {
  const isSeat = ({ event }: Heard<Answered>) => event.output.isSeat;
  return saga(name, {
    steps: [opening(z.object({ isSeat: z.boolean(), count: z.int() }), when)],
    states: {
      asking: asks([{ guard: isSeat, target: 'failed' }, { target: 'givingFirst' }]),
      givingFirst: giving(),
    },
  });
}

/** Leaves a step for what it is told meanwhile. */
function leavesFor(name: string, look: (args: Heard<Amount>) => unknown): AnySaga {
  return saga(name, {
    steps: [ask(nothing)],
    events: { TOLD: publicEvent({ schema: amount }) as object },
    states: { asking: { ...asks('paid'), on: { TOLD: leaks<never>(look) } } },
  });
}

/** Is answered something. */
export function learns(name: string, output: z.ZodType, look: Look): AnySaga {
  return saga(name, {
    steps: [ask(output)],
    states: { asking: asks(leaks<never>(look)) },
  });
}

/** Keeps something, and looks at it three states later. */
function keeps(name: string, schema: z.ZodType, assignment: object, look: Look): AnySaga {
  return saga(name, {
    events: { TOLD: publicEvent({ schema }) as object },
    states: {
      asking: {
        after: { LATER: 'failed' },
        on: { TOLD: { target: 'second', actions: assign(assignment as never) } },
      },
      second: { after: { SOON: 'third' } },
      third: { after: { SOON: 'fourth' } },
      fourth: { always: leaks<never>(look) },
    },
  });
}

const fails = (declines: readonly string[], onError: unknown, more: object = {}): Parts => ({
  steps: [ask(nothing, declines)],
  states: { asking: asks('paid', onError), ...more },
});
/** What no literal in any function tells. */
export const HIDDEN = { number: 123_457, text: 'hidden' };
const amount = z.object({ amount: z.number() });
interface Amount {
  readonly amount: number;
}

const leak = 'obligation-left-open';
const throws = 'machine-throws';

interface Text {
  readonly text: string;
}
/** What no literal is, and what the code says of it needs texts of a certain form. */
const TEXTS_TAKEN_APART: Readonly<Record<string, (text: string) => unknown>> = {
  length: (text) => text.length > 140,
  'exact-length': (text) => text.length === 13,
  slice: (text) => text.slice(0, 2) === 'DE',
  split: (text) => text.split(':')[1] === 'no-show',
  parts: (text) => text.split(',').length > 3,
  character: (text) => text.charAt(2) === HIDDEN.text[2],
  'first-character': (text) => text[0] === 'Z',
  'last-character': (text) => text.at(-1) === '!',
  case: (text) => text !== text.toLowerCase(),
  match: (text) => text.match(/status (\d+)/)?.[1] === '504',
  matches: (text) => [...text.matchAll(/,/g)].length > 2,
  digits: (text) => text.replace(/[^0-9]/g, '').length === 12,
  blank: (text) => text.trim() === '',
  prefix: (text) => text.startsWith(HIDDEN.text),
  part: (text) => text.toLowerCase().includes(HIDDEN.text),
  version: (text) => Number(text.split('.')[0]) >= 2,
};
/** Of these the values that are tried find one. */
const FOUND = ['case', 'version'];
const toldOfText = (name: string) =>
  FOUND.includes(name) ? { found: leak } : { told: /^text of event TOLD: .*samples\.events\.TOLD/ };
const textsTakenApart = Object.entries(TEXTS_TAKEN_APART).flatMap(([name, look]): GoesWrongForSome[] => [
  {
    saga: hears(`hears-a-text-by-${name}`, z.object({ text: z.string() }), ({ event }: Heard<Text>) =>
      look(event.text),
    ),
    options: asked,
    ...toldOfText(name),
  },
  {
    saga: saga(
      `asks-a-message-by-${name}`,
      fails(
        [],
        leaks(({ event }) => look(event.error.message)),
      ),
    ),
    options: asked,
    told: /^message of failures of ask: .*samples\.messages\.ask/,
  },
  {
    saga: keeps(
      `keeps-word-of-a-text-by-${name}`,
      z.object({ text: z.string() }),
      { isOdd: ({ event }: Args) => look((event as never as Text).text) },
      ({ context }: { context: { isOdd: boolean } }) => context.isOdd,
    ),
    options: asked,
    ...toldOfText(name),
  },
]);
/** Texts of a certain form, and numbers. */
const takenApart: readonly GoesWrongForSome[] = [
  ...textsTakenApart,
  ...Object.entries({
    'an-iban': [z.string().regex(/^[A-Z]{2}\d{20}$/), (text: string) => text.slice(0, 2) === 'DE'],
    'a-domain': [z.email(), (text: string) => text.split('@')[1] === 'corp.example'],
    'a-date': [z.iso.date(), (text: string) => text.slice(5) === '12-24'],
    'an-id': [z.uuid(), (text: string) => text[0] === 'f'],
    'a-phone-number': [z.string().regex(/^\+\d{8,15}$/), (text: string) => text.startsWith('+49')],
    'an-amount-as-text': [
      z.string().regex(/^\d+\.\d{2}$/),
      (text: string) => Number(text.split('.')[0]) > 900,
    ],
    'what-a-number-says': [z.int(), (number: number) => number.toFixed(2).endsWith('.57')],
    'a-number-as-text': [z.int(), (number: number) => number.toString() === String(HIDDEN.number)],
    'a-remainder': [z.int(), (number: number) => number % 100_003 === 99],
  } as unknown as Readonly<Record<string, [z.ZodType, (value: string) => unknown]>>).map(
    ([name, [schema, look]]): GoesWrongForSome => ({
      saga: hears(`hears-${name}-taken-apart`, z.object({ text: schema }), ({ event }: Heard<Text>) =>
        look(event.text),
      ),
      options: asked,
      told: /^text of event TOLD: .*samples\.events\.TOLD/,
    }),
  ),
  {
    saga: saga('gives-back-by-a-country', {
      input: z.object({ iban: z.string().regex(/^[A-Z]{2}\d{20}$/) }),
      context: ({ input }: { input: { iban: string } }) => input,
      states: {
        asking: giving(({ context }: { context: { iban: string } }) => ({
          seat: context.iban.slice(0, 2) === 'DE' ? 'other' : 'first',
        })),
      },
    }),
    options: {},
    told: /^iban of input: .*samples\.input/,
  },
];

export const VALUES_APART: readonly GoesWrongForSome[] = [
  ...takenApart,
  {
    saga: saga(
      'asks-for-details-of-a-no',
      fails(
        ['NO'],
        leaks(({ event }) => (event.error.details as { soft: boolean } | undefined)?.soft === true),
      ),
    ),
    options: asked,
    told: /^details of failures of ask: .*samples\.details\.ask/,
  },
  {
    saga: saga(
      'keeps-details-of-a-no',
      fails(
        ['NO'],
        {
          target: 'second',
          actions: assign({
            why: ({ event }: Args) => (event.error.details as { why: string } | undefined)?.why ?? 'none',
          } as never),
        },
        {
          second: { after: { SOON: 'third' } },
          third: { always: leaks(({ context }) => (context as { why: string }).why === 'x') },
        },
      ),
    ),
    options: asked,
    told: /^details of failures of ask: .*samples\.details\.ask/,
  },
  {
    saga: saga(
      'keeps-all-of-a-failure',
      fails(
        ['NO'],
        { target: 'second', actions: assign({ failure: ({ event }: Args) => event.error } as never) },
        {
          second: {
            always: leaks(
              ({ context }) =>
                (context as { failure: { details?: { final?: boolean } } }).failure.details?.final,
            ),
          },
        },
      ),
    ),
    options: asked,
    told: /^details of failures of ask: .*samples\.details\.ask/,
  },
  {
    saga: saga(
      'asks-for-the-message-of-a-failure',
      fails(
        [],
        leaks(({ event }) => /timeout/.test(event.error.message)),
      ),
    ),
    options: asked,
    told: /^message of failures of ask: .*samples\.messages\.ask/,
  },
  {
    saga: saga(
      'enqueues-by-details-of-a-no',
      fails(
        ['NO'],
        {
          target: 'second',
          actions: enqueueActions(({ event, enqueue }) => {
            const { error } = event as unknown as Told;
            if ((error.details as { soft: boolean } | undefined)?.soft)
              enqueue.spawnChild('holdOne' as never, { id: 'more', input: { seat: 'more' } } as never);
          }),
        },
        { second: giving() },
      ),
    ),
    options: {},
    told: /^details of failures of ask: .*samples\.details\.ask/,
  },
  {
    saga: saga(
      'names-what-it-holds-by-details',
      fails(
        ['NO'],
        {
          target: 'second',
          actions: assign({
            seat: ({ event }: Args) => (event.error.details as { seat: string } | undefined)?.seat ?? 'first',
          } as never),
        },
        {
          second: giving(({ context }: { context: { seat: string } }) => ({ seat: context.seat })),
        },
      ),
    ),
    options: {},
    told: /^details of failures of ask: .*samples\.details\.ask/,
  },
  {
    saga: hears('hears-a-number', amount, ({ event: { amount } }: Heard<Amount>) => amount > 100),
    options: asked,
    found: leak,
  },
  {
    saga: hears(
      'hears-a-number-of-its-own',
      amount,
      ({ event: { amount } }: Heard<Amount>) => amount === HIDDEN.number,
    ),
    options: asked,
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears(
      'hears-a-text',
      z.object({ reason: z.string() }),
      ({ event: { reason } }: Heard<{ reason: string }>) => reason === 'fraud',
    ),
    options: asked,
    found: leak,
  },
  {
    saga: hears(
      'hears-a-text-of-its-own',
      z.object({ reason: z.string() }),
      ({ event: { reason } }: Heard<{ reason: string }>) => reason === HIDDEN.text,
    ),
    options: asked,
    told: /^reason of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears(
      'hears-something-within-something',
      z.object({ order: z.object({ gift: z.object({ wrap: z.string() }).optional() }).optional() }),
      ({ event: { order } }: Heard<{ order?: { gift?: { wrap: string } } }>) =>
        order?.gift?.wrap === HIDDEN.text,
    ),
    options: asked,
    told: /^order\.gift\.wrap of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears(
      'hears-three-things',
      z.object({ lines: z.array(z.enum(['a', 'b'])) }),
      ({ event: { lines } }: Heard<{ lines: readonly string[] }>) => lines.length > 2,
    ),
    options: asked,
    told: /^lines of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears(
      'looks-at-the-third',
      z.object({ lines: z.array(z.boolean()) }),
      ({ event: { lines } }: Heard<{ lines: readonly boolean[] }>) => lines[2] === true,
    ),
    options: asked,
    told: /^lines of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears(
      'hears-a-big-number-as-text',
      z.object({ wei: z.string().regex(/^\d+$/) }),
      ({ event: { wei } }: Heard<{ wei: string }>) => BigInt(wei) === BigInt(HIDDEN.number),
    ),
    options: asked,
    told: /^wei of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears(
      'hears-a-date',
      z.object({ at: z.iso.date() }),
      ({ event: { at } }: Heard<{ at: string }>) => at > '2031-06-01',
    ),
    options: asked,
    found: leak,
  },
  {
    saga: hears(
      'hears-an-even-number',
      z.object({ amount: z.number().refine((number) => number % 2 === 0) }),
      ({ event: { amount } }: Heard<Amount>) => amount === 8,
    ),
    options: asked,
    found: leak,
  },
  {
    saga: hears(
      'hears-a-number-that-was-a-text',
      z.object({ amount: z.string().transform(Number) }),
      ({ event: { amount } }: Heard<Amount>) => amount > 100,
    ),
    options: asked,
    found: leak,
  },
  {
    saga: hears(
      'hears-one-of-two-kinds',
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('cash') }),
        z.object({ kind: z.literal('card'), amount: z.int().min(1).max(5_000) }),
      ]),
      ({ event: told }: Heard<{ kind: string; amount?: number }>) =>
        told.kind === 'card' && told.amount === 777,
    ),
    options: asked,
    found: leak,
  },
  {
    saga: hears(
      'looks-for-a-key',
      z.object({ tags: z.record(z.string(), z.boolean()) }),
      ({ event: { tags } }: Heard<{ tags: Record<string, boolean> }>) => tags['vip'],
    ),
    options: asked,
    told: /^tags\S* of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears('compares-with-what-it-has', amount, () => true, {
      context: { total: 777 },
      states: {
        asking: {
          after: { LATER: 'failed' },
          on: {
            TOLD: leaks(({ event, context }) => {
              const { amount } = event as never as Amount;
              return amount === (context as { total: number }).total;
            }),
          },
        },
      },
    }),
    options: asked,
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears('asks-with-parameters', amount, () => true, {
      guards: { isAbove: (_: unknown, { amount, most }: Amount & { most: number }) => amount > most },
      states: {
        asking: {
          after: { LATER: 'failed' },
          on: {
            TOLD: [
              {
                guard: {
                  type: 'isAbove',
                  params: ({ event }: Args) => ({
                    amount: (event as never as Amount).amount,
                    most: HIDDEN.number * 100,
                  }),
                },
                target: 'gone',
              },
              { target: 'paid' },
            ],
          },
        },
      },
    }),
    options: asked,
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: keeps(
      'keeps-what-a-number-makes',
      amount,
      { tier: ({ event }: Args) => ((event as never as Amount).amount > 100 ? 'gold' : 'plain') },
      ({ context: { tier } }: { context: { tier: string } }) => tier === 'gold',
    ),
    options: asked,
    found: leak,
  },
  {
    saga: keeps(
      'keeps-a-number',
      amount,
      { amount: ({ event }: Args) => (event as never as Amount).amount },
      ({ context }: { context: Amount }) => context.amount === HIDDEN.number,
    ),
    options: asked,
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: learns(
      'learns-a-number',
      amount,
      ({ event }: Heard<{ output: Amount }>) => event.output.amount >= 5_000,
    ),
    options: asked,
    found: leak,
  },
  {
    saga: learns(
      'learns-a-text-of-its-own',
      z.object({ status: z.string().optional() }),
      ({ event }: Heard<{ output: { status?: string } }>) => event.output.status === HIDDEN.text,
    ),
    options: asked,
    told: /^status of output of ask: .*samples\.outputs\.ask/,
  },
  {
    saga: saga('hears-of-a-child', {
      steps: [ask(amount)],
      states: {
        asking: {
          entry: enqueueActions(({ enqueue }) => {
            enqueue.spawnChild('ask' as never, { id: 'child', input: {} } as never);
          }),
          on: {
            'xstate.done.actor.child': leaks(({ event }) => (event.output as Amount).amount === 4_321),
            'xstate.error.actor.child': 'failed',
          },
          after: { LATER: 'failed' },
        },
      },
    }),
    options: asked,
    found: leak,
  },
  {
    saga: saga('hears-why-a-child-failed', {
      steps: [ask(nothing, ['NO'])],
      states: {
        asking: {
          entry: enqueueActions(({ enqueue }) => {
            enqueue.spawnChild('ask' as never, { id: 'child', input: {} } as never);
          }),
          on: {
            'xstate.done.actor.child': 'paid',
            'xstate.error.actor.*': leaks(({ event }) => event.error.details !== undefined),
          },
          after: { LATER: 'failed' },
        },
      },
    }),
    options: asked,
    told: /^details of failures of ask: .*samples\.details\.ask/,
  },
  {
    saga: hears('names-by-a-number', amount, () => true, {
      states: {
        asking: {
          after: { LATER: 'paid' },
          on: {
            TOLD: {
              target: 'giving',
              actions: assign({ amount: ({ event }: Args) => (event as never as Amount).amount } as never),
            },
          },
        },
        giving: giving(({ context }: { context: Amount }) => ({
          seat: context.amount > 100 ? 'other' : 'first',
        })),
      },
    }),
    options: {},
    found: leak,
  },
  {
    saga: hears('enqueues-by-a-number', amount, () => true, {
      states: {
        asking: {
          after: { LATER: 'paid' },
          on: {
            TOLD: {
              target: 'second',
              actions: enqueueActions(({ event, enqueue }) => {
                if ((event as unknown as Amount).amount > 100)
                  enqueue.spawnChild('holdOne' as never, { id: 'more', input: { seat: 'more' } } as never);
              }),
            },
          },
        },
        second: giving(),
      },
    }),
    options: {},
    found: leak,
  },
  {
    saga: hears('waits-for-as-long-as-it-is-told', z.object({ waitMs: z.number() }), () => true, {
      delays: { TOLD_DELAY: ({ context }: { context: { waitMs: number } }) => context.waitMs },
      states: {
        asking: {
          after: { LATER: 'paid' },
          on: {
            TOLD: {
              target: 'second',
              actions: assign({
                waitMs: ({ event }: Args) => (event as never as { waitMs: number }).waitMs,
              } as never),
            },
          },
        },
        second: { after: { TOLD_DELAY: 'failed' } },
      },
    }),
    options: {},
    found: throws,
  },
  {
    saga: spawnsBy('spawns-by-a-number', ({ event: { amount } }) => ({
      seat: amount === 4_711 ? 'third' : 'second',
    })),
    options: {},
    found: leak,
  },
  {
    saga: spawnsBy('spawns-by-a-number-of-its-own', ({ event: { amount } }) => ({
      seat: amount === HIDDEN.number ? 'third' : 'second',
    })),
    options: {},
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears(
      'hears-a-big-number',
      z.object({ amount: z.int() }),
      ({ event: { amount } }: Heard<Amount>) => BigInt(amount) === 90_071n,
    ),
    options: asked,
    found: leak,
  },
  {
    saga: opensWhen('opens-when-it-is-so-many', ({ output }) => output.isSeat || output.count === 777),
    options: asked,
    found: leak,
  },
  {
    saga: opensWhen(
      'opens-when-it-is-a-number-of-its-own',
      ({ output }) => output.isSeat || output.count === HIDDEN.number,
    ),
    options: asked,
    told: /^count of output of ask: .*opens\.when of ask.*samples\.outputs\.ask/,
  },
  {
    saga: leavesFor('leaves-a-step-for-a-number', ({ event: { amount } }) => amount === 8_080),
    options: { ...asked, maxLate: 0 },
    found: leak,
  },
  {
    saga: leavesFor(
      'leaves-a-step-for-a-number-of-its-own',
      ({ event: { amount } }) => amount === HIDDEN.number,
    ),
    options: { ...asked, maxLate: 0 },
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: keeps(
      'keeps-nothing-of-a-small-number',
      amount,
      ({ event }: Args) => ((event as never as Amount).amount > 100 ? { big: true } : {}),
      ({ context }: { context: { big?: boolean } }) => context.big,
    ),
    options: asked,
    found: leak,
  },
  {
    saga: keeps(
      'keeps-nothing-of-most-numbers',
      amount,
      ({ event }: Args) => ((event as never as Amount).amount === HIDDEN.number ? { big: true } : {}),
      ({ context }: { context: { big?: boolean } }) => context.big,
    ),
    options: asked,
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: keeps(
      'keeps-less-of-a-small-number',
      amount,
      ({ event }: Args) => ({ isHeard: true, ...((event as never as Amount).amount > 100 && { big: true }) }),
      ({ context }: { context: { big?: boolean } }) => context.big,
    ),
    options: asked,
    found: leak,
  },
  {
    saga: hears('asks-with-a-number', amount, () => true, {
      guards: { isIt: (_: unknown, number: number) => number === HIDDEN.number },
      states: {
        asking: {
          after: { LATER: 'failed' },
          on: {
            TOLD: leaks({
              type: 'isIt',
              params: ({ event }: Args) => (event as never as Amount).amount,
            } as never),
          },
        },
      },
    }),
    options: asked,
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: saga('enqueues-by-name-what-failed', {
      ...fails(
        [],
        {
          target: 'second',
          actions: enqueueActions(({ event, enqueue }) => {
            const why = (event as unknown as Told).error.message;
            enqueue({ type: 'note', params: { why } } as never);
          }),
        },
        {
          second: {
            always: leaks(({ context }) => (context as { why: string }).why === HIDDEN.text),
          },
        },
      ),
      actions: { note: assign({ why: (_: unknown, { why }: { why: string }) => why } as never) },
    }),
    options: asked,
    told: /^message of failures of ask: .*samples\.messages\.ask/,
  },
  {
    saga: tellsItself(
      'tells-itself-a-number',
      raise((({ event }: Heard<Amount>) => ({ type: 'AGAIN', amount: event.amount })) as never),
      ({ event: { amount } }) => amount === HIDDEN.number,
    ),
    options: asked,
    told: /^amount of event TOLD: .*AGAIN in telling.*samples\.events\.TOLD/,
  },
  {
    saga: tellsItself(
      'tells-itself-a-number-in-passing',
      enqueueActions(({ event, enqueue }) => {
        const { amount } = event as unknown as Amount;
        enqueue.raise({ type: 'AGAIN', amount } as never);
      }),
      ({ event: { amount } }) => amount === HIDDEN.number,
    ),
    options: asked,
    told: /^amount of event TOLD: .*AGAIN in telling.*samples\.events\.TOLD/,
  },
  {
    saga: hears('ends-a-part-with-a-number', amount, () => true, {
      context: { amount: 0 },
      states: {
        asking: {
          initial: 'listening',
          states: {
            listening: {
              after: { LATER: '#outOfTime' },
              on: {
                TOLD: {
                  target: 'heard',
                  actions: assign({
                    amount: ({ event }: Args) => (event as never as Amount).amount,
                  } as never),
                },
              },
            },
            heard: {
              type: 'final',
              output: ({ context }: { context: Amount }) => ({ amount: context.amount }),
            },
          },
          onDone: leaks(({ event }) => (event.output as Amount).amount === HIDDEN.number),
        },
        outOfTime: { id: 'outOfTime', ...failed },
      },
    }),
    options: asked,
    told: /^amount of event TOLD: .*onDone in asking.*samples\.events\.TOLD/,
  },
  {
    saga: keeps(
      'keeps-a-copy-of-what-it-hears',
      amount,
      ({ event }: Args) => ({ told: structuredClone(event) }),
      ({ context }: { context: { told: Amount } }) => context.told.amount === HIDDEN.number,
    ),
    options: asked,
    told: /^amount of event TOLD: .*samples\.events\.TOLD/,
  },
];

/** Goes somewhere else with a great number, where it is as sound. */
export const goesFurtherForSome = saga('goes-further-for-some', {
  events: { TOLD: publicEvent({ schema: amount }) as object },
  states: {
    asking: {
      after: { LATER: 'failed' },
      on: {
        TOLD: [
          { guard: (({ event: { amount } }: Heard<Amount>) => amount > 100) as never, target: 'waiting' },
          { target: 'paid' },
        ],
      },
    },
    waiting: { after: { LATER: 'failed' } },
  },
});

/** Leaves a seat held, and goes to `waiting` for long texts alone. */
export const leaksAndWaitsForSome = saga('leaks-and-waits-for-some', {
  events: { TOLD: publicEvent({ schema: z.object({ text: z.string() }) }) as object, KEEP: {} },
  states: {
    asking: {
      after: { LATER: 'failed' },
      on: {
        KEEP: 'paid',
        TOLD: [
          { guard: (({ event }: Heard<Text>) => event.text.length > 140) as never, target: 'waiting' },
          { target: 'gone' },
        ],
      },
    },
    waiting: { after: { LATER: 'failed' } },
  },
});
