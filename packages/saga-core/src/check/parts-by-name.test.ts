import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../json.js';
import { PartsByName } from './parts-by-name.js';

/** The text of a value in which `p1` and `p2` are alike. */
function textsOf(...values: Json[]): string[] {
  const parts = new PartsByName(['p1', 'p2']);
  return values.map((value) => parts.join(parts.of(value, 'x_')));
}

describe('a state in which names are alike', () => {
  test('is the same with the names swapped', () => {
    const [one, other] = textsOf(
      {
        payments: [
          { id: 'p1', is: 'paid' },
          { id: 'p2', is: 'open' },
        ],
        asking: ['p2'],
      },
      {
        payments: [
          { id: 'p1', is: 'open' },
          { id: 'p2', is: 'paid' },
        ],
        asking: ['p1'],
      },
    );
    expect(one).toBe(other);
  });

  test('is another where what belongs to one is spread over both', () => {
    const [one, other] = textsOf(
      {
        payments: [
          { id: 'p1', is: 'paid' },
          { id: 'p2', is: 'open' },
        ],
        asking: ['p2'],
      },
      {
        payments: [
          { id: 'p1', is: 'paid' },
          { id: 'p2', is: 'open' },
        ],
        asking: ['p1'],
      },
    );
    expect(one).not.toBe(other);
  });

  test('keeps apart what takes both names to tell', () => {
    const [one, swapped, other] = textsOf(
      {
        is: [
          ['p1', 1],
          ['p2', 2],
        ],
        pair: 'p1>p2',
      },
      {
        is: [
          ['p1', 2],
          ['p2', 1],
        ],
        pair: 'p2>p1',
      },
      {
        is: [
          ['p1', 1],
          ['p2', 2],
        ],
        pair: 'p2>p1',
      },
    );
    expect(one).toBe(swapped);
    expect(one).not.toBe(other);
  });

  test('keeps the places of an outermost list, and those of lists within that tell of no one name', () => {
    const [one, other] = textsOf([['p1', 'p2'], ['p1']], [['p1'], ['p1', 'p2']]);
    expect(one).not.toBe(other);
    const [flags, others] = textsOf([['p1', true, false], 'p2'], [['p1', false, true], 'p2']);
    expect(flags).not.toBe(others);
  });

  test('is told from every other that is not a swap of it', { timeout: 60_000 }, () => {
    const value = fc.record({
      flags: fc.dictionary(fc.constantFrom('p1', 'p2'), fc.boolean()),
      runs: fc.array(fc.tuple(fc.constantFrom('pay.p1', 'pay.p2', 'ship'), fc.boolean()), { maxLength: 3 }),
    });
    const swap = (one: object) =>
      JSON.parse(
        JSON.stringify(one).replace(/p([12])/g, (_, n: string) => (n === '1' ? 'p2' : 'p1')),
      ) as object;
    // The order of things that tell of one name each doesn't count.
    const plain = (one: object) => {
      const { flags, runs } = one as { flags: Record<string, boolean>; runs: [string, boolean][] };
      const named = runs.map((run) => JSON.stringify(run)).sort();
      return JSON.stringify([Object.entries(flags).sort(), named]);
    };
    const isNamed = ({ runs }: { runs: [string, boolean][] }) => runs.every(([id]) => id !== 'ship');
    fc.assert(
      fc.property(value.filter(isNamed), value.filter(isNamed), (a, b) => {
        const [one, other, swapped] = textsOf(...([[a], [b], [swap(a)]] as unknown as readonly Json[]));
        expect(swapped).toBe(one);
        expect(one !== other || [plain(b), plain(swap(b))].includes(plain(a))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
