import { expect, it } from 'vitest';
import { liveStream, type Watch } from './live-stream.js';
import { StreamLimit } from './stream-limit.js';

it('no more streams are opened than one console may have, until one of them has ended', async () => {
  const limit = new StreamLimit(2);
  const watch: Watch = {
    signal: new AbortController().signal,
    fingerprint: () => Promise.resolve('the same'),
    subscribe: () => () => undefined,
  };
  const open = () => liveStream(limit.admit(watch));
  const [first, second] = [open(), open()];
  expect(open).toThrow('Too many pages are kept up to date');
  await first.body?.cancel();
  const third = open();
  expect(open).toThrow('Too many pages are kept up to date');
  await Promise.all([second, third].map(({ body }) => body?.cancel()));
  expect(limit.admit(watch)).toBeDefined();
});
