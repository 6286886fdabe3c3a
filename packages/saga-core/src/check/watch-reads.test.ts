import { expect, test } from 'vitest';
import { watchReads } from './watch-reads.js';

function readsOf(value: unknown, look: (watched: never) => unknown): { seen: unknown; reads: string[] } {
  const reads = new Set<string>();
  const seen = look(watchReads(value, 'it', (what) => reads.add(what)) as never);
  return { seen, reads: [...reads] };
}

test.each<[string, unknown, (it: never) => unknown, unknown, string[]]>([
  ['one part', { a: 1, b: 2 }, ({ a }: { a: number }) => a, 1, ['it.a']],
  ['a part that is missing', { a: 1 }, ({ b }: { b?: number }) => b, undefined, ['it.b']],
  ['whether there is a part', { a: 1 }, (it: object) => 'a' in it, true, ['it.a']],
  ['all of them', { a: 1 }, (it: object) => Object.keys(it), ['a'], ['it']],
  ['a list', [1, 2], (it: readonly number[]) => it.includes(2), true, ['it']],
  ['nothing', { a: 1 }, () => 'no', 'no', []],
  ['what has no parts', 'text', (it: string) => it, 'text', ['it']],
  ['a frozen value', Object.freeze({ a: { b: 1 } }), (it: { a: { b: number } }) => it.a.b, 1, ['it.a']],
])('%s is read, and handed out as it is', (_, value, look, seen, reads) => {
  expect(readsOf(value, look)).toEqual({ seen, reads });
});
