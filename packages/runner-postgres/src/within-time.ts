import { Interruption } from './interruption.js';
import type { Clock, ClockTimer } from './ports/clock.js';

/** What work is given that has to end in time. */
export interface Limits {
  /** Aborted when the time is over or the work is interrupted; made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Gives the work its whole time again. */
  readonly heartbeat: () => void;
}

/** How long work may take. */
export interface Allowance {
  readonly interruption: Interruption;
  readonly clock: Clock;
  /** Without a heartbeat. */
  readonly limitMs: number;
  /** With however many heartbeats; left out: for ever. */
  readonly longestMs?: number;
}

/**
 * Waits for the work no longer than it may take.
 *
 * @throws DOMException `TimeoutError` when the time is over; the reason, when it is interrupted; what the work throws
 */
export async function withinTime<Result>(
  { interruption, clock, limitMs, longestMs = Number.POSITIVE_INFINITY }: Allowance,
  work: (limits: Limits) => Result | PromiseLike<Result>,
): Promise<Result> {
  if (interruption.reason) throw interruption.reason;
  const startedAt = clock.now();
  let lastBeatAt = startedAt;
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
      const endsAt = Math.min(lastBeatAt + limitMs, startedAt + longestMs);
      const leftMs = endsAt - clock.now();
      if (leftMs > 0) timer = clock.setTimeout(look, leftMs);
      else stop(new DOMException(`no answer within ${Math.round(endsAt - startedAt)} ms`, 'TimeoutError'));
    };
    timer = clock.setTimeout(look, Math.min(limitMs, longestMs));
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
