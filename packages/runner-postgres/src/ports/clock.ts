/** What a timer of a {@link Clock} is known by. */
export type ClockTimer = unknown;

/**
 * The process's own time and timers. Nothing that is stored depends on it: due times, leases and times to live are
 * the database's. pg-boss's `TestClock` fits, and then moves both.
 */
export interface Clock {
  /** Whole milliseconds; only differences mean anything. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): ClockTimer;
  clearTimeout(timer: ClockTimer): void;
  setInterval(run: () => void, delayMs: number): ClockTimer;
  clearInterval(timer: ClockTimer): void;
}

/** The longest that Node's timers can wait; one that is to wait longer would end at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** How far the time of day has ever been ahead of the time that this process runs for. */
let aheadMs = Number.NEGATIVE_INFINITY;

/**
 * The machine's own clock. It goes on with the time of day, also over a suspension of the machine, but never goes back
 * with it: put back by two hours, it would let sweeps wait for two hours, and leases end meanwhile. Its timers end after
 * 24 days at the latest.
 */
export const systemClock: Clock = {
  now: () => {
    const runsForMs = performance.now();
    aheadMs = Math.max(aheadMs, Date.now() - runsForMs);
    return Math.floor(runsForMs + aheadMs);
  },
  setTimeout: (run, delayMs) => setTimeout(run, Math.min(delayMs, LONGEST_MS)),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  setInterval: (run, delayMs) => setInterval(run, delayMs),
  clearInterval: (timer) => clearInterval(timer as NodeJS.Timeout),
};

/** Resolves after the time, or at once when the signal is or gets aborted. Never rejects. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimeout(end, delayMs);
    signal?.addEventListener('abort', end, { once: true });
  });
}
