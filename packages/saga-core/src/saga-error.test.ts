import { expect, it, vi } from 'vitest';
import { messageOf, SagaError } from './saga-error.js';

it('an error tells its code where it becomes text', () => {
  const error = new SagaError('INPUT_INVALID', 'a seat is missing');
  expect(String(error)).toBe('SagaError [INPUT_INVALID]: a seat is missing');
  expect(`${error}`).toContain('[INPUT_INVALID]');
});

it('an error is one of ours in every copy of the package that a program has loaded', async () => {
  vi.resetModules();
  const copy = await import('./saga-error.js');
  expect(copy.SagaError).not.toBe(SagaError);
  expect(new copy.SagaError('NOT_JSON', 'a function')).toBeInstanceOf(SagaError);
  for (const other of [new Error('NOT_JSON'), { name: 'SagaError', code: 'NOT_JSON' }, null, 'SagaError'])
    expect(other instanceof SagaError).toBe(false);
});

it('the message of anything that was thrown is one line that can be stored', () => {
  expect(messageOf(new Error('two\nlines\0'))).toBe('two lines');
  expect(messageOf(new TypeError())).toBe('TypeError');
  expect(messageOf('a text')).toBe('a text');
  expect(messageOf('')).toBe('unknown error');
  expect(messageOf(Object.create(null))).toBe('object');
  const page = messageOf(new Error(`x${'😀'.repeat(5_000)}`));
  expect(page).toHaveLength(2_000);
  expect(page).toMatch(/\.\.\.$/);
  expect(page.isWellFormed()).toBe(true);
});
