import { describe, expect, it } from 'vitest';
import { AmountError, toMajorUnits, toMinorUnits } from './money.ts';

describe('an amount at the border', () => {
  it.each([
    [0, 'EUR', 0],
    [19.99, 'EUR', 1999],
    [0.07, 'EUR', 7],
    [1.1, 'EUR', 110],
    [1234567.89, 'EUR', 123456789],
    [500, 'JPY', 500],
    [1.234, 'KWD', 1234],
  ])('%d %s is %d minor units, and back', (major, currency, minor) => {
    expect(toMinorUnits('total', major, currency)).toBe(minor);
    expect(toMajorUnits(minor, currency)).toBe(major);
  });

  it.each([
    [19.995, 'EUR'],
    [0.1 + 0.2, 'EUR'],
    [0.5, 'JPY'],
    [-1, 'EUR'],
    [Number.NaN, 'EUR'],
    [Number.POSITIVE_INFINITY, 'EUR'],
    [1e15, 'EUR'],
    [1, 'XYZ'],
    [1, ''],
  ])('%d %s does not fit, and is refused', (major, currency) => {
    expect(() => toMinorUnits('total', major, currency)).toThrow(AmountError);
  });

  it('every cent up to a hundred thousand passes, both ways', () => {
    const strange = Array.from({ length: 100_000 }, (_, cents) => cents).filter(
      (cents) => toMinorUnits('total', Number((cents / 100).toFixed(2)), 'EUR') !== cents,
    );
    expect(strange).toEqual([]);
  });
});
