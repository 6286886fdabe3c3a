import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { EmptiedMap } from './emptied-map.js';

describe('what comes and goes all the time', () => {
  it('is found by its key, in the order in which it was set last, and gone once it is deleted', () => {
    const map = new EmptiedMap<number>();
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['a', 4],
    ] as const)
      map.set(key, value);
    expect([map.size, map.get('a'), [...map.keys()], [...map.values()]]).toEqual([
      3,
      4,
      ['b', 'c', 'a'],
      [2, 3, 4],
    ]);
    expect([map.delete('b'), map.delete('b'), map.get('b'), [...map.values()]]).toEqual([
      true,
      false,
      undefined,
      [3, 4],
    ]);
    map.clear();
    expect([map.size, [...map.keys()]]).toEqual([0, []]);
  });

  it('may be deleted while it is gone through', () => {
    const map = new EmptiedMap<number>();
    for (const key of ['a', 'b', 'c']) map.set(key, key.charCodeAt(0));
    for (const value of map.values()) if (value === 97) map.delete('b');
    expect([...map.keys()]).toEqual(['a', 'c']);
  });

  it('is not held by tables that a minor collection takes for alive', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;
    const map = new EmptiedMap<number[]>();
    let index = 0;
    const comeAndGo = (times: number) => {
      for (const end = index + times; index < end; index += 1) {
        map.set(`${index}`, new Array<number>(1_200).fill(index));
        map.delete(`${index - 1}`);
      }
    };
    comeAndGo(100);
    // The table comes into the old generation; those that take its place are held by it until it is collected.
    collect();
    const before = getHeapStatistics().used_heap_size;
    comeAndGo(3_000);
    for (let times = 0; times < 2; times += 1) collect({ type: 'minor' });
    const held = (getHeapStatistics().used_heap_size - before) / (1_200 * 8);
    expect(held).toBeLessThan(500);
  });
});
