import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { declined, landed, notLanded } from '../answer.js';
import { step } from '../step.js';
import { type AdapterCase, adapterContract } from './adapter-contract.js';
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

type Flaw = 'doubles' | 'forgets' | 'leaves' | keyof typeof SLOWLY;

/** What an adapter does while its participant is silent. */
const SLOWLY = {
  'goes on when it is aborted': () => new Promise<never>(() => undefined),
  'answers before it is aborted': () => Promise.resolve(),
  'fails before it is aborted': () => Promise.reject(new Error('connection refused')),
  'gives up by itself': () =>
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('timeout')), 80)),
} as const;

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

/** An adapter with books of its own; `flaw` makes it break the contract. */
function hotel(flaw?: Flaw, knowsSeats = false): AdapterCase {
  const held: { key: string; seat: string }[] = [];
  let drawn = 0;
  return {
    step: knowsSeats ? reserveOnce : reserve,
    input: () => {
      drawn += 1;
      return { seat: `s${drawn}` };
    },
    declined: () => ({ seat: 'taken' }),
    hanging: () => ({ seat: 'slow' }),
    abortWithinMs: 200,
    effects: (input) => held.filter((one) => one.seat === (input as { seat: string }).seat).length,
    adapter: {
      run: async (call: { input: { seat: string }; idempotencyKey: string; signal: AbortSignal }) => {
        const { input, idempotencyKey: key, signal } = call;
        const slowly = flaw !== undefined && flaw in SLOWLY && SLOWLY[flaw as keyof typeof SLOWLY];
        if (input.seat === 'slow') await (slowly ? slowly() : untilAborted(signal));
        if (input.seat === 'taken' && flaw !== 'leaves') return declined('TAKEN');
        const isHeld = held.some((one) => one.key === key || (knowsSeats && one.seat === input.seat));
        if (flaw === 'doubles' || !isHeld) held.push({ key, seat: input.seat });
        return input.seat === 'taken' ? declined('TAKEN') : { place: input.seat };
      },
      probe: ({ input, idempotencyKey }: { input: { seat: string }; idempotencyKey: string }) => {
        const known = held.some(({ key }) => key === idempotencyKey);
        return Promise.resolve(known && flaw !== 'forgets' ? landed({ place: input.seat }) : notLanded());
      },
    },
    undo: {
      step: release,
      input: (input) => input,
      adapter: ({ input }: { input: { seat: string } }) => {
        const kept = held.filter(({ seat }) => seat !== input.seat);
        held.splice(0, held.length, ...kept);
        return {};
      },
    },
  };
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

describe('the contract of adapters', () => {
  it.each([
    ['doubles', ['takes effect once when it is called again with the same key']],
    ['forgets', ['is found by its probe once it has taken effect, and not before']],
    ...Object.keys(SLOWLY).map(
      (flaw) => [flaw as Flaw, ['ends when its signal is aborted, and no sooner']] as const,
    ),
    ['leaves', ['leaves nothing in the world when it is declined, and says a code of its contract']],
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

  it('names what it cannot test, with the reason, and skips it', () => {
    const { declined: _declined, hanging: _hanging, undo: _undo, ...given } = hotel();
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
      "ends when its signal is aborted, and no sooner (skipped: no 'hanging' is given)",
    ];
    expect(skipped(true, given)).toEqual(withoutParts);
    expect(skipped(false, given)).toEqual(withoutParts);
    expect(skipped(true, { ...given, step: plain }).slice(0, 3)).toEqual([
      'is found by its probe once it has taken effect, and not before (skipped: the contract of walk has no probe)',
      'leaves nothing in the world when it is declined, and says a code of its contract (skipped: the contract of walk has no declines)',
      'is undone, and undoing twice is fine (skipped: the contract of walk opens nothing that has an undo)',
    ]);
  });
});
