import { expect, test as it } from 'vitest';
import { eventually } from './eventually.ts';

it('the value of the first try that passes is returned', async () => {
  let tries = 0;
  const value = await eventually(() => {
    tries += 1;
    expect(tries).toBe(3);
    return 'passed';
  });
  expect(value).toBe('passed');
});

it('when the time is up, the last failure is thrown with the number of tries', async () => {
  const failing = () => Promise.reject(new Error('still red'));
  await expect(eventually(failing, { timeoutMs: 30, intervalMs: 10 })).rejects.toThrow(
    /after \d+ tries in 30 ms: still red/,
  );
});

it('an assertion that never settles is reported instead of waited for', async () => {
  const never = () => new Promise<never>(() => undefined);
  await expect(eventually(never, { timeoutMs: 10 })).rejects.toThrow('did not settle');
});
