import { z } from 'zod';
import { type PublicEvent, publicEvent } from '../../public-event.js';
import type { AnySaga } from '../../saga-definition.js';
import { seats } from './seat-steps.js';
import {
  asked,
  type GoesWrongForSome,
  giving,
  type Heard,
  HIDDEN,
  hears,
  learns,
  saga,
} from './values-apart.js';

interface Seat {
  readonly seat: string;
}
interface Kept {
  readonly context: Seat & { readonly vip?: boolean };
}

/** Holds the seat that the input names, and gives it back; what goes out is made of its name. */
function handsOn(
  name: string,
  input: (args: Kept) => unknown,
  {
    held = ({ context }: Kept): unknown => ({ seat: context.seat }),
    schema = z.object({ seat: z.string() }),
  } = {},
): AnySaga {
  return saga(name, {
    events: { KEEP: {} },
    input: schema,
    context: ({ input: started }: { input: Seat }) => started,
    states: {
      holding: { invoke: { src: 'holdOne', input: held, onDone: 'asking', onError: 'failed' } },
      asking: { after: { LATER: 'giving' }, on: { KEEP: 'paid' } },
      giving: giving(input as never),
    },
  });
}

const loose = z.looseObject({ seat: z.string() });
const vip = z.looseObject({ text: z.string() });
/** Reads what no schema names. */
const asksForVip = ({ event }: Heard<{ vip?: boolean }>) => event.vip === true;
const toldOfSeat = {
  options: {},
  told: /^seat of input: .* more with it than hand it on; give samples\.input$/,
};

/** Hands on what goes out, but not for all. */
const HANDED_ON: Readonly<Record<string, (seat: string) => string>> = {
  expression: (seat) => (/^VIP-\d+$/.test(seat) ? 'suite' : seat),
  split: (seat) => (seat.split('-')[1] === 'VIP' ? 'suite' : seat),
  length: (seat) => (seat.length > 40 ? 'suite' : seat),
  trim: (seat) => seat.trim(),
  zeros: (seat) => seat.replace(/^0+/, ''),
  order: (seat) => (seat > `zz${HIDDEN.text}` ? 'suite' : seat),
  table: (seat) => ((HIDDEN as Readonly<Record<string, unknown>>)[seat] === HIDDEN.text ? 'suite' : seat),
  template: (seat) => (`x${seat}`.slice(0, 4) === 'xVIP' ? 'suite' : seat),
};

/** Machines that go wrong for values that are handed on most often, and for keys that no schema names. */
export const VALUES_HANDED_ON: readonly GoesWrongForSome[] = [
  ...Object.entries(HANDED_ON).map(
    ([name, seatOf]): GoesWrongForSome => ({
      saga: handsOn(`hands-on-by-${name}`, ({ context }) => ({ seat: seatOf(context.seat) })),
      ...toldOfSeat,
    }),
  ),
  {
    saga: saga('cuts-short-what-is-paid', {
      events: {
        PAID: publicEvent({
          schema: z.object({ id: z.string() }),
          opens: {
            kind: 'seat',
            instance: ({ id }: { id: string }) => id.split('_')[0],
            undo: seats[0] as never,
            undoInput: ({ id }: { id: string }) => ({ seat: id }),
          },
        } as never) as Partial<PublicEvent>,
      },
      states: { asking: { after: { LATER: 'failed' }, on: { PAID: 'failed' } } },
    }),
    options: { suppress: [{ rule: 'news-lost', reason: 'only the name is looked at' }] },
    told: /^id of event PAID: .*opens\.instance of event PAID does more with it than hand it on/,
  },
  {
    saga: hears(
      'asks-for-more-than-was-found',
      z.object({ text: z.string() }),
      ({ event: { text } }: Heard<{ text: string }>) => !text || text.length > 140,
    ),
    options: asked,
    told: /^text of event TOLD: .*samples\.events\.TOLD/,
  },
  {
    saga: hears('hears-a-key-that-no-schema-names', vip, asksForVip),
    options: asked,
    told: /^vip of event TOLD: no key was tried that the schema doesn't name, .*samples\.events\.TOLD$/,
  },
  {
    saga: hears(
      'hears-a-key-of-a-catchall',
      z.object({ text: z.string() }).catchall(z.boolean()),
      asksForVip,
    ),
    options: asked,
    told: /^vip of event TOLD: .*samples\.events\.TOLD$/,
  },
  {
    saga: hears(
      'hears-a-key-within',
      z.object({ data: z.object({ meta: vip }) }),
      ({ event }: Heard<{ data: { meta: { vip?: boolean } } }>) => event.data.meta.vip,
    ),
    options: asked,
    told: /^data\.meta\.vip of event TOLD: .*samples\.events\.TOLD$/,
  },
  {
    saga: hears('counts-keys', vip, ({ event }: Heard<object>) => Object.keys(event).length > 2),
    options: asked,
    told: /^event TOLD: no key was tried that the schema doesn't name, .*samples\.events\.TOLD$/,
  },
  {
    saga: hears(
      'counts-keys-of-a-record',
      z.object({ tags: z.record(z.string(), z.boolean()) }),
      ({ event }: Heard<{ tags: object }>) => Object.keys(event.tags).length > 3,
    ),
    options: asked,
    told: /^tags\S* of event TOLD: .*samples\.events\.TOLD$/,
  },
  {
    saga: learns(
      'learns-a-key-that-no-schema-names',
      vip,
      ({ event }: Heard<{ output: { vip?: boolean } }>) => event.output.vip,
    ),
    options: asked,
    told: /^vip of output of ask: .*samples\.outputs\.ask$/,
  },
  {
    saga: handsOn(
      'is-started-with-a-key-of-its-own',
      ({ context: { seat, vip } }) => ({ seat: vip ? 'suite' : seat }),
      { schema: loose },
    ),
    options: {},
    told: /^vip of input: .*samples\.input$/,
  },
];

/** A name that two make alike. */
const named = (seat: string) => `seat/${seat}`;

/** Machines that hand on what they get, and ask no more of it: they are plainly sound. */
export const ONLY_HANDED_ON: readonly AnySaga[] = [
  handsOn('hands-on-a-name', ({ context }) => ({ seat: context.seat })),
  handsOn('hands-on-all', ({ context }) => ({ ...context })),
  handsOn('hands-on-a-copy', ({ context }) => JSON.parse(JSON.stringify(context)) as unknown),
  handsOn('hands-on-a-text', ({ context }) => ({ seat: String(context.seat) })),
  handsOn('hands-on-a-template', ({ context }) => ({ seat: ['seat', context.seat].join('/') }), {
    held: ({ context }) => ({ seat: named(context.seat) }),
  }),
  handsOn('hands-on-a-name-among-others', ({ context }) => ({ seat: context.seat }), { schema: loose }),
];
