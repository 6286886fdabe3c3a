import type { Clock } from '../ports/clock.js';

/** A clock that goes on by hand, from 0; timers fire while it does, at their time and in their order. */
export interface HandClock extends Clock {
  /** How many timers wait. */
  armed(): number;
  advance(ms: number): void;
  /** Goes on without a timer firing before the end, as for a process that stands still. */
  standStill(ms: number): void;
}

/** A new one; it has no intervals. */
export function handClock(): HandClock {
  let now = 0;
  let last = 0;
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  const fireUntil = (end: number) => {
    for (;;) {
      const due = [...timers]
        .filter(([, { at }]) => at <= end)
        .sort(([, one], [, other]) => one.at - other.at);
      const [next] = due;
      if (!next) return;
      const [id, { at, run }] = next;
      timers.delete(id);
      now = Math.max(now, at);
      run();
    }
  };
  return {
    armed: () => timers.size,
    now: () => now,
    setTimeout: (run, delayMs) => {
      last += 1;
      timers.set(last, { at: now + delayMs, run });
      return last;
    },
    clearTimeout: (timer) => void timers.delete(timer as number),
    setInterval: () => 0,
    clearInterval: () => undefined,
    advance: (ms) => {
      const end = now + ms;
      fireUntil(end);
      now = end;
    },
    standStill: (ms) => {
      now += ms;
      fireUntil(now);
    },
  };
}
