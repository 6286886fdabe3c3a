import { expect, test } from 'vitest';
import { spreadDiscount } from './spread-discount.js';

test('a discount is spread in proportion, and what rounding leaves over goes to the first', () => {
  expect(spreadDiscount([79_900], 7_990)).toEqual([7_990]);
  expect(spreadDiscount([1_000, 500], 150)).toEqual([100, 50]);
  expect(spreadDiscount([333, 333, 334], 100)).toEqual([34, 33, 33]);
});

test('nothing is taken off that is not there', () => {
  // Their shares are rounded down by a cent each, and the first has one cent only.
  expect(spreadDiscount([1, 999, 999, 999], 299)).toEqual([1, 100, 99, 99]);
  expect(spreadDiscount([10, 20], 40)).toEqual([10, 20]);
  expect(spreadDiscount([0, 0], 0)).toEqual([0, 0]);
});

test('amounts whose product is no exact number are spread to the cent', () => {
  const amounts = [4_503_599_627_370_495, 4_503_599_627_370_496];
  const shares = spreadDiscount(amounts, 9_007_199_254_740_990);
  expect(shares).toEqual([4_503_599_627_370_495, 4_503_599_627_370_495]);
});
