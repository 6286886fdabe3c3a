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

/** An adapter with books of its own; `flaw` makes it break the contract. */
function hotel(flaw?: 'doubles' | 'forgets' | 'hangs' | 'leaves'): AdapterCase {
  const held: { key: string; seat: string }[] = [];
  let drawn = 0;
  return {
    step: reserve,
    input: () => {
      drawn += 1;
      return { seat: `s${drawn}` };
    },
    declined: () => ({ seat: 'taken' }),
    hanging: () => ({ seat: 'slow' }),
    effects: (input) => held.filter((one) => one.seat === (input as { seat: string }).seat).length,
    adapter: {
      run: async (call: { input: { seat: string }; idempotencyKey: string; signal: AbortSignal }) => {
        const { input, idempotencyKey: key, signal } = call;
        if (input.seat === 'slow' && flaw !== 'hangs')
          await new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(new Error('aborted'))),
          );
        if (input.seat === 'taken' && flaw !== 'leaves') return declined('TAKEN');
        if (flaw === 'doubles' || !held.some((one) => one.key === key)) held.push({ key, seat: input.seat });
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
    ['hangs', ['ends when its signal is aborted']],
    ['leaves', ['leaves nothing in the world when it is declined, and says a code of its contract']],
  ] as const)('is broken by one that %s', async (flaw, expected) => {
    expect(await failuresOf(hotel(flaw))).toEqual(expect.arrayContaining([...expected]));
  });
});
