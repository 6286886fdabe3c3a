import { setTimeout as pause } from 'node:timers/promises';

/** How long `eventually` tries, and how often. */
export interface EventuallyOptions {
  /** Milliseconds until the last failure is thrown. Default 30,000: a machine with other work is slow, not wrong. */
  readonly timeoutMs?: number;
  /** Milliseconds between two tries. By default 20, and the longer it takes the more, up to 160. */
  readonly intervalMs?: number;
}

/**
 * Tries an assertion until it passes, and returns what it returned: the one way in which tests wait.
 *
 * The assertion runs at least once, and once more at the very end, so a slow machine isn't failed for a try
 * that came too early. When the time is up, the last error is thrown, with the number of tries in its message.
 * A try that never settles isn't interrupted: it is reported as such when the time is up.
 */
export async function eventually<Result>(
  assertion: () => Result | Promise<Result>,
  options: EventuallyOptions = {},
): Promise<Result> {
  const { timeoutMs = 30_000, intervalMs } = options;
  const endsAt = Date.now() + timeoutMs;
  for (let tries = 1; ; tries += 1) {
    const isLastTry = Date.now() >= endsAt;
    try {
      return await settlesBy(endsAt, assertion);
    } catch (error) {
      if (isLastTry || error instanceof NeverSettled) throw withTries(error, tries, timeoutMs);
    }
    const waitMs = intervalMs ?? Math.min(20 * 1.2 ** (tries - 1), 160);
    await pause(Math.max(0, Math.min(waitMs, endsAt - Date.now())));
  }
}

class NeverSettled extends Error {}

/** The grace that a try gets which began shortly before the end. */
const GRACE_MS = 2_000;

async function settlesBy<Result>(endsAt: number, assertion: () => Result | Promise<Result>): Promise<Result> {
  const clock = new AbortController();
  const limit = pause(Math.max(0, endsAt - Date.now()) + GRACE_MS, undefined, { signal: clock.signal }).then(
    () => Promise.reject(new NeverSettled('the assertion did not settle')),
  );
  try {
    return await Promise.race([assertion(), limit]);
  } finally {
    // The rejection that aborting the clock causes is nobody's concern any more.
    limit.catch(() => undefined);
    clock.abort();
  }
}

function withTries(error: unknown, tries: number, timeoutMs: number): unknown {
  if (error instanceof Error) error.message = `after ${tries} tries in ${timeoutMs} ms: ${error.message}`;
  return error;
}
