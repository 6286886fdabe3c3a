import { expect, it } from 'vitest';
import { keepBack } from './keep-back.js';

it.each([undefined, 'after-call', 'before-take'] as const)(
  'an answer is given at once where %s is to be struck',
  async (point) => {
    await expect(keepBack(point, new AbortController().signal)).resolves.toBeUndefined();
  },
);

it.each(['before-renew', 'after-renew'] as const)(
  'where %s is to be struck an answer is kept back, so that its lease is renewed, until its attempt is ended',
  async (point) => {
    const attempt = new AbortController();
    let isGiven = false;
    const given = keepBack(point, attempt.signal).finally(() => {
      isGiven = true;
    });
    given.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isGiven).toBe(false);
    attempt.abort(new Error('too late'));
    await expect(given).rejects.toThrow('too late');
    await expect(keepBack(point, attempt.signal)).rejects.toThrow('too late');
  },
);
