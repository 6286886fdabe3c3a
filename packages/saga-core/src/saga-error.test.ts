import { expect, it } from 'vitest';
import { SagaError } from './saga-error.js';

it('an error tells its code where it becomes text', () => {
  const error = new SagaError('INPUT_INVALID', 'a seat is missing');
  expect(String(error)).toBe('SagaError [INPUT_INVALID]: a seat is missing');
  expect(`${error}`).toContain('[INPUT_INVALID]');
});
