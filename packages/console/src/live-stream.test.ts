import { eventually } from '@countermand/test-kit';
import { expect, it } from 'vitest';
import { liveStream, type Watch } from './live-stream.js';

/** Once everything that is ready has been given. */
const nothing = () => new Promise<undefined>((done) => setImmediate(() => done(undefined)));

/** A watch whose every look finds something new, with how many listen. */
function restless(more: Partial<Watch> = {}) {
  const listeners = new Set<() => void>();
  let looks = 0;
  const watch: Watch = {
    signal: new AbortController().signal,
    atMostEveryMs: 0,
    fingerprint: () => {
      looks += 1;
      return Promise.resolve(String(looks));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...more,
  };
  return { watch, listeners, looks: () => looks };
}

it('a stream ends by itself after a while, so that who reads it is asked anew', async () => {
  const { watch, listeners } = restless({ lastsMs: 1 });
  // Whole only where it ends.
  expect(await liveStream(watch).text()).toContain('retry:');
  expect(listeners.size).toBe(0);
});

it('a stream ends with its signal, before and after it has begun', async () => {
  const stop = new AbortController();
  const { watch, listeners } = restless({ signal: stop.signal });
  const text = liveStream(watch).text();
  expect(listeners.size).toBe(1);
  stop.abort();
  expect(await text).toContain('retry:');
  expect(await liveStream(watch).text()).toBe('');
  expect(listeners.size).toBe(0);
});

it('whoever goes away is listened for no longer', async () => {
  const { watch, listeners } = restless();
  await liveStream(watch).body?.cancel();
  expect(listeners.size).toBe(0);
});

it('for whoever does not read, no more is kept than a few lines', async () => {
  const { watch, listeners, looks } = restless();
  const { body } = liveStream(watch);
  await eventually(
    () => {
      for (const listener of listeners) listener();
      expect(looks()).toBeGreaterThan(60);
    },
    { intervalMs: 1 },
  );
  const reader = body?.getReader();
  let lines = 0;
  // All that is there is given at once; then it waits.
  while (true) {
    const next = await Promise.race([reader?.read(), nothing()]);
    if (next === undefined) break;
    lines += 1;
  }
  expect(lines).toBeGreaterThan(1);
  expect(lines).toBeLessThan(30);
  await reader?.cancel();
});
