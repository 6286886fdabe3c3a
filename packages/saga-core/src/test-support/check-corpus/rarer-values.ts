import { assign, enqueueActions } from 'xstate';
import { z } from 'zod';
import { publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import { step } from '../../step.js';
import type { Broken } from './broken-machines.js';
import { seats } from './seat-steps.js';
import { failed, invoke, smallSaga } from './small-saga.js';

const rest = { tags: ['rest'] };
const nothing = z.object({});

/** What an action of these machines gets. */
interface Args<Context, Output> {
  readonly context: Context;
  readonly event: { readonly output: Output };
}

/** An action that holds a seat for each name. */
function holdEach<Context, Output = undefined>(namesIn: (args: Args<Context, Output>) => readonly string[]) {
  return enqueueActions(({ enqueue, context, event }) => {
    // The corpus leaves types out.
    for (const seat of namesIn({ context, event } as unknown as Args<Context, Output>))
      enqueue.spawnChild('holdOne' as never, { id: `hold-${seat}`, input: { seat } } as never);
  });
}

/** Holds a seat and gives it back, as it should; later on holds what it is told to, waits, and forgets that. */
const states = (next: string) => ({
  first: {
    invoke: { src: 'holdOne', input: () => ({ seat: 'first' }), onDone: 'giving', onError: 'failed' },
  },
  giving: { invoke: { src: 'giveBack', input: () => ({ seat: 'first' }), onDone: next, onError: 'failed' } },
  holding: {
    after: { LATER: 'gone' },
    on: { 'xstate.done.actor.*': 'gone', 'xstate.error.actor.*': 'failed' },
  },
  gone: rest,
  failed,
});

function forgetsWhatTheInputAsksFor<Input>(
  name: string,
  input: z.ZodType<Input>,
  namesIn: (input: Input) => readonly string[],
): AnySaga {
  return smallSaga(name, {
    steps: seats,
    input: z.object({ asked: input }),
    machine: {
      initial: 'first',
      context: ({ input }: { input: object }) => input,
      states: {
        ...states('holding'),
        holding: {
          ...states('holding').holding,
          entry: holdEach<{ asked: Input }>(({ context }) => namesIn(context.asked)),
        },
      },
    },
  });
}

/** Some forty-eight parcels. */
const parcel = z.object({
  gift: z.boolean(),
  express: z.boolean(),
  fragile: z.boolean(),
  insured: z.boolean(),
  zone: z.enum(['near', 'far', 'abroad']),
});
export type Parcel = z.infer<typeof parcel>;
/** Says which parcel it is. */
export const quote = step('quote', { input: nothing, output: parcel });

/** Holds a seat for some parcels, and forgets it. */
export function forgetsParcels(name: string, isMeant: (parcel: Parcel) => boolean): AnySaga {
  return smallSaga(name, {
    steps: [quote, ...seats],
    machine: {
      initial: 'first',
      states: {
        ...states('quoting'),
        quoting: invoke('quote', {
          target: 'holding',
          actions: holdEach<unknown, Parcel>(({ event }) => (isMeant(event.output) ? ['a'] : [])),
        }),
      },
    },
  });
}

const left = (saga: AnySaga, steps: number): Broken => ({
  saga,
  rule: 'obligation-left-open',
  subject: 'seat in gone',
  steps,
});
const guest = z.enum(['adult', 'child', 'pet']);

/** Machines whose defect shows with a value of its own only: not the first of its kind, nor one that differs from it in one thing. */
export const BROKEN_BY_RARER_VALUES: readonly Broken[] = [
  left(
    forgetsWhatTheInputAsksFor('forgets-the-entries-of-a-record', z.record(z.string(), z.int()), (asked) =>
      Object.keys(asked),
    ),
    3,
  ),
  left(
    forgetsWhatTheInputAsksFor('forgets-the-second-of-a-record', z.record(z.string(), z.int()), (asked) =>
      Object.keys(asked).slice(1),
    ),
    3,
  ),
  left(
    forgetsWhatTheInputAsksFor('forgets-the-pet-that-comes-second', z.array(guest), ([, second]) =>
      second === 'pet' ? ['kennel'] : [],
    ),
    3,
  ),
  left(
    forgetsWhatTheInputAsksFor('forgets-the-child-with-a-pet', z.tuple([guest, guest]), ([one, other]) =>
      one === 'child' && other === 'pet' ? ['kennel'] : [],
    ),
    3,
  ),
  left(
    forgetsParcels('forgets-plain-parcels-from-abroad', ({ gift, zone }) => !gift && zone === 'abroad'),
    4,
  ),
];

/** More than anybody asks for: hundreds of combinations. */
export const wish = z.object({
  seat: z.string(),
  gift: z.boolean(),
  express: z.boolean(),
  fragile: z.boolean(),
  insured: z.boolean(),
  paper: z.enum(['red', 'green', 'blue']),
  note: z.unknown(),
});
export type Wish = z.infer<typeof wish>;

interface WithWish {
  readonly context: { readonly wish: Wish };
}

/** Keeps all that a wish says in its context, and then the seat that is named by it. */
export function fulfils(name: string, seatOf: (wish: Wish) => string): AnySaga {
  return smallSaga(name, {
    steps: seats,
    events: { WISH: publicEvent({ schema: wish }) as object },
    machine: {
      initial: 'waiting',
      context: {},
      on: { WISH: {} },
      states: {
        waiting: {
          after: { LATER: 'failed' },
          on: {
            WISH: {
              target: 'holding',
              actions: assign({ wish: ({ event }: { event: unknown }) => event } as never),
            },
          },
        },
        holding: {
          invoke: {
            src: 'holdOne',
            input: ({ context }: WithWish) => ({ seat: seatOf(context.wish) }),
            onDone: 'held',
            onError: '#failed',
          },
        },
        held: { ...rest, meta: { keeps: ['seat'] } },
        failed,
      },
    },
  });
}
