import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { declined, landed, notLanded } from '../answer.js';
import { step } from '../step.js';
import type { AdapterCase } from './adapter-case.js';
import { adapterContract } from './adapter-contract.js';
import type { TestTools } from './conformance/conformance-host.js';

const seat = z.object({ seat: z.string() });
const release = step('release', { input: seat, output: z.object({}) });
const reserve = step('reserve', {
  input: seat,
  output: z.object({ place: z.string() }),
  declines: ['TAKEN'],
  probe: true,
  opens: { kind: 'seat', instance: ({ seat }) => seat, undo: release, undoInput: ({ input }) => input },
});

/** The same of a hotel that knows its seats: asked again under another key, it holds one no second time. */
const reserveOnce = step('reserveOnce', {
  input: seat,
  output: z.object({ place: z.string() }),
  declines: ['TAKEN'],
  probe: true,
  opens: {
    kind: 'seat',
    instance: ({ seat }) => seat,
    idempotentBy: 'instance',
    undo: release,
    undoInput: ({ input }) => input,
  },
});

type Flaw =
  | 'doubles'
  | 'forgets'
  | 'leaves'
  | keyof typeof SLOWLY
  | keyof typeof UNDOING_MORE
  | keyof typeof FINDING_MORE;

interface Held {
  readonly key: string;
  readonly seat: string;
  readonly sagaId: string;
}

interface Call {
  readonly input: { readonly seat: string };
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly sagaId: string;
}

type Undo = (held: readonly Held[], call: Call) => readonly Held[];
type Find = (held: readonly Held[], call: Call) => Held | undefined;

/** What an undo leaves that undoes the wrong ones, or too many. */
const UNDOING_MORE = {
  'gives every seat back': () => [],
  'gives all seats of the saga back': (held, { sagaId }) => held.filter((one) => one.sagaId !== sagaId),
  'gives the first seat back': (held) => held.slice(1),
  'gives the last seat back': (held) => held.slice(0, -1),
} satisfies Record<string, Undo>;

/** What a probe finds that looks for the wrong thing. */
const FINDING_MORE = {
  'finds what anybody holds': (held) => held.at(-1),
  'finds the seat under any key': (held, { input }) => held.find(({ seat }) => seat === input.seat),
  'finds the place of another': (held, { idempotencyKey }) =>
    held.some(({ key }) => key === idempotencyKey) ? held[0] : undefined,
} satisfies Record<string, Find>;

/** What an adapter does while its participant is silent. */
const SLOWLY = {
  'goes on when it is aborted': () => new Promise<never>(() => undefined),
  'answers before it is aborted': () => Promise.resolve(),
  'fails before it is aborted': () => Promise.reject(new Error('connection refused')),
  'gives up by itself': (giveUp: () => Promise<never>) => giveUp(),
} as const;

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

/** An adapter with books of its own; `flaw` makes it break the contract. */
function hotel(flaw?: Flaw, knowsSeats = false): AdapterCase {
  let held: readonly Held[] = [];
  let drawn = 0;
  let givenUp: Promise<never> | undefined;
  /** One timer for all calls: with one each, a slow machine could come between them. */
  const giveUp = () => {
    givenUp ??= new Promise((_, reject) => setTimeout(() => reject(new Error('timeout')), 80));
    return givenUp;
  };
  const draw = () => {
    drawn += 1;
    return { seat: `s${drawn}` };
  };
  return {
    step: knowsSeats ? reserveOnce : reserve,
    input: draw,
    beside: draw,
    declined: () => ({ seat: 'taken' }),
    hanging: () => ({ seat: 'slow' }),
    abortWithinMs: 200,
    effects: (input) => held.filter((one) => one.seat === (input as { seat: string }).seat).length,
    adapter: {
      run: async ({ input: { seat }, idempotencyKey: key, signal, sagaId }: Call) => {
        if (seat === 'slow') await (isOneOf(SLOWLY, flaw) ? SLOWLY[flaw](giveUp) : untilAborted(signal));
        if (seat === 'taken' && flaw !== 'leaves') return declined('TAKEN');
        const isHeld = held.some((one) => one.key === key || (knowsSeats && one.seat === seat));
        if (flaw === 'doubles' || !isHeld) held = [...held, { key, seat, sagaId }];
        return seat === 'taken' ? declined('TAKEN') : { place: seat };
      },
      probe: (call: Call) => {
        const byKey: Find = () => held.find(({ key }) => key === call.idempotencyKey);
        const find: Find = isOneOf(FINDING_MORE, flaw) ? FINDING_MORE[flaw] : byKey;
        const found = find(held, call);
        return Promise.resolve(found && flaw !== 'forgets' ? landed({ place: found.seat }) : notLanded());
      },
    },
    undo: {
      step: release,
      input: (input) => input,
      adapter: (call: Call) => {
        const bySeat: Undo = () => held.filter(({ seat }) => seat !== call.input.seat);
        const undo: Undo = isOneOf(UNDOING_MORE, flaw) ? UNDOING_MORE[flaw] : bySeat;
        held = undo(held, call);
        return {};
      },
    },
  };
}

function isOneOf<Flaws extends object>(flaws: Flaws, flaw: Flaw | undefined): flaw is Flaw & keyof Flaws {
  return flaw !== undefined && flaw in flaws;
}

adapterContract({ describe, it, expect }, hotel());
adapterContract({ describe, it, expect }, hotel(undefined, true));

/** Titles of the tests of the kit that fail. */
async function failuresOf(given: AdapterCase): Promise<string[]> {
  const tests: [string, () => Promise<void>][] = [];
  const tools: TestTools = {
    describe: (_name, body) => body(),
    it: (name, body) => tests.push([name, body]),
    expect: (value) => expect(value),
  };
  adapterContract(tools, given);
  const failed: string[] = [];
  for (const [name, body] of tests) await body().catch(() => failed.push(name));
  return failed;
}

const stays = (what: string) => `is undone alone: what ${what} stays`;

describe('the contract of adapters', () => {
  it.each([
    ['doubles', ['takes effect once when it is called again with the same key']],
    ['forgets', ['is found by its probe once it has taken effect, and not before']],
    ...Object.keys(SLOWLY).map(
      (flaw) => [flaw as Flaw, ['ends when its signal is aborted, and no sooner']] as const,
    ),
    ['leaves', ['leaves nothing in the world when it is declined, and says a code of its contract']],
    ['gives every seat back', [stays('other sagas have opened'), stays('its own saga has opened beside it')]],
    [
      'gives the first seat back',
      [stays('other sagas have opened'), stays('its own saga has opened beside it')],
    ],
    [
      'gives the last seat back',
      [stays('other sagas have opened'), stays('its own saga has opened beside it')],
    ],
    ['finds what anybody holds', ['is found by its probe, and another one is not until it has taken effect']],
  ] as const)('is broken by one that %s', async (flaw, expected) => {
    expect(await failuresOf(hotel(flaw))).toEqual(expect.arrayContaining([...expected]));
  });

  it('is broken by one that knows an instance by its key alone, where its contract says otherwise', async () => {
    const byKey = hotel();
    expect(await failuresOf(byKey)).toEqual([]);
    expect(await failuresOf({ ...byKey, step: reserveOnce })).toEqual([
      'takes effect once when it is called again for the same instance with another key',
    ]);
  });

  it.each([
    ['gives all seats of the saga back', [stays('its own saga has opened beside it')]],
    ['finds the seat under any key', ['is not found by its probe under another key']],
    [
      'finds the place of another',
      ['is found by its probe, and another one is not until it has taken effect'],
    ],
  ] as const)('is broken by one that %s, in that alone', async (flaw, expected) => {
    expect(await failuresOf(hotel(flaw))).toEqual(expected);
  });

  it('lets a probe find an instance under any key where its contract says that the participant knows it', async () => {
    expect(await failuresOf(hotel('finds the seat under any key', true))).toEqual([]);
  });

  it('names what it cannot test, with the reason, and skips it', () => {
    const { declined: _declined, hanging: _hanging, undo: _undo, beside: _beside, ...given } = hotel();
    const plain = step('walk', { input: seat, output: z.object({}) });
    const skipped = (skips: boolean, one: AdapterCase) => {
      const titles: string[] = [];
      const add = (name: string) => titles.push(name);
      const define = skips ? Object.assign(() => undefined, { skip: add }) : add;
      const tools = {
        describe: (_name: string, body: () => void) => body(),
        it: define,
        expect,
      } as TestTools;
      adapterContract(tools, one);
      return titles.filter((title) => title.includes('skipped'));
    };
    const withoutParts = [
      "leaves nothing in the world when it is declined, and says a code of its contract (skipped: no 'declined' is given)",
      "is undone, and undoing twice is fine (skipped: no 'undo' is given)",
      "can be undone where it never took effect (skipped: no 'undo' is given)",
      `${stays('other sagas have opened')} (skipped: no 'undo' is given)`,
      `${stays('its own saga has opened beside it')} (skipped: no 'undo' is given)`,
      "ends when its signal is aborted, and no sooner (skipped: no 'hanging' is given)",
    ];
    expect(skipped(true, given)).toEqual(withoutParts);
    expect(skipped(false, given)).toEqual(withoutParts);
    const { beside: _none, ...without } = hotel(undefined, true);
    expect(skipped(true, without)).toEqual([
      "is not found by its probe under another key (skipped: the contract of reserveOnce says idempotentBy: 'instance')",
      `${stays('its own saga has opened beside it')} (skipped: no 'beside' is given)`,
    ]);
    expect(skipped(true, { ...given, step: plain }).slice(0, 5)).toEqual([
      'is found by its probe once it has taken effect, and not before (skipped: the contract of walk has no probe)',
      'is found by its probe, and another one is not until it has taken effect (skipped: the contract of walk has no probe)',
      'is not found by its probe under another key (skipped: the contract of walk has no probe)',
      'leaves nothing in the world when it is declined, and says a code of its contract (skipped: the contract of walk has no declines)',
      'is undone, and undoing twice is fine (skipped: the contract of walk opens nothing that has an undo)',
    ]);
  });
});
