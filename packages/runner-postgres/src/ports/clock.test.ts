import { expect, it, onTestFinished, vi } from 'vitest';
import { pause, systemClock } from './clock.js';

it('a wait that is longer than a timer of Node can be does not end at once', async () => {
  const given = new AbortController();
  const ends = [2 ** 31, Number.POSITIVE_INFINITY].map((delayMs) =>
    pause(systemClock, delayMs, given.signal).then(() => 'the long one'),
  );
  expect(await Promise.race([...ends, pause(systemClock, 10).then(() => 'the short one')])).toBe(
    'the short one',
  );
  given.abort();
  await Promise.all(ends);
});

it('the clock goes on with the time of day, and does not go back with it', () => {
  const before = systemClock.now();
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 7_200_000 });
  const later = systemClock.now();
  expect(later).toBeGreaterThanOrEqual(before);
  expect(later).toBeLessThan(before + 60_000);
  vi.setSystemTime(Date.now() + 2 * 7_200_000);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before + 7_000_000);
});
