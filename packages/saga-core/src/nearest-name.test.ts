import { expect, test } from 'vitest';
import { didYouMean, nearestName } from './nearest-name.js';

test.each([
  ['CANCLE', 'CANCEL'],
  ['cancel', 'CANCEL'],
  ['PAYMENT-SUCCEEDED', 'PAYMENT_SUCCEEDED'],
  ['PAYMNT_SUCCEDED', 'PAYMENT_SUCCEEDED'],
  ['GOO', 'GO'],
  ['STOPPED', undefined],
])('whoever writes %s means %s', (name, meant) => {
  expect(nearestName(name, ['CANCEL', 'GO', 'PAYMENT_SUCCEEDED', 'PAYMENT_FAILED'])).toBe(meant);
});

test('where no name is near, all of them are told', () => {
  expect(didYouMean('CANCLE', ['GO', 'CANCEL'])).toBe("; did you mean 'CANCEL'?");
  expect(didYouMean('STOP', ['GO', 'CANCEL'])).toBe('; there are GO, CANCEL');
  expect(didYouMean('STOP', ['GO'])).toBe("; there is only 'GO'");
  expect(didYouMean('STOP', [])).toBe('; there is none');
});
