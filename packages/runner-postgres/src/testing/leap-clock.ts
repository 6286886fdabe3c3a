import type { Clock, ClockTimer } from '../ports/clock.js';
import type { TestClock } from '../queue/pg-boss-queue.js';

interface Timer {
  readonly run: () => void;
  dueAt: number;
  readonly everyMs: number | undefined;
  handle: NodeJS.Timeout;
}

/**
 * The machine's clock, which can leap besides. A leap moves the database's time too, and fires what has become due;
 * while nothing leaps, the database's time stands still.
 */
export class LeapClock implements Clock {
  readonly attach: TestClock['attach'];
  readonly #time: TestClock;
  readonly #timers = new Set<Timer>();
  #leaptMs = 0;

  constructor(time: TestClock) {
    this.#time = time;
    this.attach = time.attach.bind(time);
  }

  now(): number {
    return Date.now() + this.#leaptMs;
  }

  setTimeout(run: () => void, delayMs: number): ClockTimer {
    return this.#arm(run, delayMs, undefined);
  }

  setInterval(run: () => void, delayMs: number): ClockTimer {
    return this.#arm(run, delayMs, delayMs);
  }

  clearTimeout(timer: ClockTimer): void {
    const known = timer as Timer;
    clearTimeout(known.handle);
    this.#timers.delete(known);
  }

  clearInterval(timer: ClockTimer): void {
    this.clearTimeout(timer);
  }

  async leap(ms: number): Promise<void> {
    this.#leaptMs += ms;
    await this.#time.setTime(this.#time.now() + ms);
    for (const timer of this.#timers) {
      clearTimeout(timer.handle);
      timer.handle = setTimeout(() => this.#fire(timer), Math.max(0, timer.dueAt - this.now()));
    }
  }

  #arm(run: () => void, delayMs: number, everyMs: number | undefined): Timer {
    const timer: Timer = {
      run,
      dueAt: this.now() + delayMs,
      everyMs,
      handle: setTimeout(() => this.#fire(timer), delayMs),
    };
    this.#timers.add(timer);
    return timer;
  }

  #fire(timer: Timer): void {
    if (timer.everyMs === undefined) {
      this.#timers.delete(timer);
    } else {
      timer.dueAt = this.now() + timer.everyMs;
      timer.handle = setTimeout(() => this.#fire(timer), timer.everyMs);
    }
    timer.run();
  }
}
