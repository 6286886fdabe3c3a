import { expect, it } from 'vitest';
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
