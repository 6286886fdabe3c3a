import { setTimeout as pause } from 'node:timers/promises';

/** What {@link keepTrying} takes. */
export interface KeepTryingOptions {
  /** Ends the waiting; the promise is then rejected with its reason. */
  readonly signal: AbortSignal;
  /** Told of each failure, and how long it will be waited. What it throws ends the trying. */
  readonly onFailure: (error: unknown, delayMs: number) => unknown;
  /** The first wait; each further one is twice as long. Default 100 ms. */
  readonly firstDelayMs?: number;
  /** Default 2 s. */
  readonly maxDelayMs?: number;
}

/** Does something that can only fail for the moment, again and again until it succeeds. */
export async function keepTrying<Result>(
  work: () => Result | Promise<Result>,
  options: KeepTryingOptions,
): Promise<Result> {
  const { signal, onFailure, firstDelayMs = 100, maxDelayMs = 2_000 } = options;
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      await onFailure(error, delayMs);
    }
    await pause(delayMs, undefined, { signal });
  }
}
