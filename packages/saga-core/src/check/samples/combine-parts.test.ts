import { describe, expect, test } from 'vitest';
import { combineParts, eachOnce } from './combine-parts.js';

const yesOrNo = [true, false];
const some = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Every two values of two parts that stand together in a row. */
function pairsIn(rows: readonly (readonly unknown[])[]): Set<string> {
  return new Set(
    rows.flatMap((row) =>
      row.flatMap((one, part) =>
        row.slice(part + 1).map((other, offset) => JSON.stringify([part, one, part + 1 + offset, other])),
      ),
    ),
  );
}

function allPairs(parts: readonly (readonly unknown[])[]): Set<string> {
  return pairsIn(
    parts.flatMap((values, part) =>
      parts.flatMap((others, other) =>
        values.flatMap((one) =>
          others.map((two) =>
            parts.map((all, index) => (index === part ? one : index === other ? two : all[0])),
          ),
        ),
      ),
    ),
  );
}

describe('the values of several parts', () => {
  test('are all combined where those are few', () => {
    const { rows, together } = combineParts([yesOrNo, yesOrNo, some(6)]);
    expect(rows).toHaveLength(24);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(24);
    expect(together).toBe(3);
  });

  test('are combined two by two where they are more', () => {
    const parts = [yesOrNo, yesOrNo, yesOrNo, yesOrNo, some(3)];
    const { rows, together } = combineParts(parts);
    expect(together).toBe(2);
    expect(rows.length).toBeLessThan(20);
    expect([...allPairs(parts)].filter((pair) => !pairsIn(rows).has(pair))).toEqual([]);
  });

  test('are combined two by two in objects of forty parts, too', () => {
    const parts = some(40).map(() => yesOrNo);
    const { rows, together } = combineParts(parts);
    expect(together).toBe(2);
    expect(rows.length).toBeLessThan(30);
    expect(pairsIn(rows).size).toBe(allPairs(parts).size);
  });

  test('vary alone where pairs are too many', () => {
    const { rows, together } = combineParts([some(10), some(10), some(3)]);
    expect(together).toBe(1);
    expect(rows).toHaveLength(1 + 9 + 9 + 2);
    expect(rows).toContainEqual([0, 9, 0]);
  });

  test('are each there once where even that is too much', () => {
    const parts = some(4).map(() => some(30));
    const { rows, together } = combineParts(parts);
    expect(together).toBe(1);
    expect(rows).toHaveLength(30);
    expect(rows).toEqual(eachOnce(parts));
  });

  test('of one part all are there', () => {
    expect(combineParts([some(40)])).toEqual({ rows: some(40).map((one) => [one]), together: 1 });
  });

  test('leave out what may not be, and find others for the same values', () => {
    const parts = [yesOrNo, yesOrNo, yesOrNo, yesOrNo, yesOrNo];
    // The last may be true only with the first.
    const fits = (row: readonly unknown[]) => row[4] !== true || row[0] === true;
    const { rows, together } = combineParts(parts, fits);
    expect(rows.every(fits)).toBe(true);
    const missed = [...allPairs(parts)].filter((pair) => !pairsIn(rows).has(pair));
    expect(missed).toEqual([JSON.stringify([0, false, 4, true])]);
    expect(together).toBe(1);
  });

  test('say so where some value is in no row', () => {
    const parts = [yesOrNo, yesOrNo, yesOrNo, yesOrNo, yesOrNo];
    const { rows, together } = combineParts(parts, ([first]) => first === true);
    expect(rows.length).toBeGreaterThan(1);
    expect(together).toBe(0);
    expect(combineParts(parts, () => false)).toEqual({ rows: [], together: 0 });
  });

  test('where there is none of one part, there is no row', () => {
    expect(combineParts([yesOrNo, []]).rows).toEqual([]);
  });
});
