import { expect, test } from 'vitest';
import { whichOf } from './guard-names.js';

test('of several it says which, as people count', () => {
  expect(whichOf(0, 1)).toBe('');
  const told = [1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map((nth) => whichOf(nth - 1, 200));
  expect(told.map((one) => one.replace(' of 200', '').trim())).toEqual(
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '101st', '111th'].map(
      (nth) => `(${nth})`,
    ),
  );
});
