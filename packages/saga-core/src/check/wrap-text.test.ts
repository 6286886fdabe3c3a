import { expect, test } from 'vitest';
import { wrapText } from './wrap-text.js';

test('a text is broken at spaces, and set in from the second line on', () => {
  expect(wrapText('the seat is open at rest', 12, 2)).toEqual(['the seat is', '  open at', '  rest']);
  expect(wrapText('the seat', 12)).toEqual(['the seat']);
});

test('what has no spaces is broken after commas, or stays whole', () => {
  expect(wrapText('event PAID {"id":"p1","amount":1}', 16, 2)).toEqual([
    'event PAID',
    '  {"id":"p1",',
    '  "amount":1}',
  ]);
  expect(wrapText('reservationOfTheSeat', 6)).toEqual(['reservationOfTheSeat']);
});

test('code in braces stays in one line', () => {
  expect(wrapText('say it so: meta: { keeps: [...] }, or not', 24, 2)).toEqual([
    'say it so: meta:',
    '  { keeps: [...] }, or',
    '  not',
  ]);
});
