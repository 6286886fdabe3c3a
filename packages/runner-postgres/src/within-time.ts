import { Interruption } from './interruption.js';
import type { Clock, ClockTimer } from './ports/clock.js';

/** What work is given that has to end in time. */
export interface Limits {
  /** Aborted when the time is over or the work is interrupted; made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Gives the work its whole time again. */
  readonly heartbeat: () => void;
}

/**
 * Waits for the work no longer than it may take.
 *
 * @throws DOMException `TimeoutError` when the time is over; the reason, when it is interrupted; what the work throws
 */
export async function withinTime<Result>(
  { interruption, clock, limitMs }: { interruption: Interruption; clock: Clock; limitMs: number },
  work: (limits: Limits) => Result | PromiseLike<Result>,
): Promise<Result> {
  if (interruption.reason) throw interruption.reason;
  let lastBeatAt = clock.now();
  const own = new Interruption();
  const limits: Limits = {
    get signal() {
      return own.signal;
    },
    heartbeat: () => {
      lastBeatAt = clock.now();
    },
  };
  const working = work(limits);
  // What is answered at once needs no timer.
  if (!isPromise(working)) return working;
  return await new Promise<Result>((resolve, reject) => {
    let timer: ClockTimer;
    const end = () => {
      clock.clearTimeout(timer);
      release();
    };
    const stop = (reason: Error) => {
      end();
      own.interrupt(reason);
      reject(reason);
    };
    const release = interruption.onInterrupt(stop);
    const look = () => {
      const leftMs = lastBeatAt + limitMs - clock.now();
      if (leftMs > 0) timer = clock.setTimeout(look, leftMs);
      else stop(new DOMException(`no answer within ${Math.round(limitMs)} ms`, 'TimeoutError'));
    };
    timer = clock.setTimeout(look, limitMs);
    working.then(
      (result) => {
        end();
        resolve(result);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}

function isPromise<Result>(value: Result | PromiseLike<Result>): value is PromiseLike<Result> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
