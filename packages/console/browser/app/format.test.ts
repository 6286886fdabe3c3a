import { expect, it } from 'vitest';
import { duration, money, stateName } from './format.js';

it.each([
  ['EUR', '€1,234.50'],
  // A yen has no hundredths, a dinar has thousandths.
  ['JPY', '¥123,450'],
  ['KWD', 'KWD 123.450'],
  ['points', '123,450 points'],
])('123450 minor units of %s are %s', (currency, text) => {
  expect(money({ amount: 123_450, currency }).replaceAll('\u00a0', ' ')).toBe(text);
});

it.each([
  [12, '12 ms'],
  [4_210, '4.2 s'],
  [245_000, '4 min 5 s'],
  [7_500_000, '2 h 5 min'],
  [259_200_000, '3 d'],
])('%d ms last %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it('a state is told as people read it, regions beside each other', () => {
  expect(stateName({ PAID: { checking: 'fraud' }, SHIPPING: 'idle' })).toBe(
    'PAID › checking › fraud + SHIPPING › idle',
  );
});
