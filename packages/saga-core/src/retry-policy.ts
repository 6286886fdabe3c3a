import { MAX_TIME_MS } from './longest-time.js';
import { SagaError } from './saga-error.js';

/** How often and how soon a step is tried again. Times are in milliseconds. */
export interface RetryPolicy {
  /** Attempts in all, the first included; at least 1. */
  readonly attempts: number;
  /** Wait before the second attempt. */
  readonly initialDelayMs: number;
  /** Each further wait is this many times the one before. */
  readonly factor: number;
  /** No wait is longer than this, before jitter. */
  readonly maxDelayMs: number;
  /** Share of the wait, 0 to 1, that is drawn at random, so that many retries don't come at once. */
  readonly jitter: number;
}

/** Five attempts over some three seconds of waiting. */
export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 5,
  initialDelayMs: 200,
  factor: 2,
  maxDelayMs: 30_000,
  jitter: 0.2,
};

/**
 * The wait after an attempt that failed, in milliseconds.
 *
 * @param attempt - the attempt that failed, from 1
 * @param random - a number from 0 up to 1; the caller's, so that this stays pure
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, random: number): number {
  const { initialDelayMs, factor, maxDelayMs } = policy;
  // The factor grows beyond all numbers, and nothing times that is no number.
  const wait = initialDelayMs === 0 ? 0 : Math.min(maxDelayMs, initialDelayMs * factor ** (attempt - 1));
  return Math.round(wait * (1 - policy.jitter + policy.jitter * random));
}

/** Fills in defaults and throws `DEFINITION_INVALID` for a policy that can't be meant. */
export function completeRetryPolicy(
  policy: Partial<RetryPolicy> | undefined = {},
  owner: string,
): RetryPolicy {
  const maxDelayMs = Math.max(DEFAULT_RETRY.maxDelayMs, policy.initialDelayMs ?? 0);
  const complete = { ...DEFAULT_RETRY, maxDelayMs, ...policy };
  const fail = (what: string) => {
    throw new SagaError('DEFINITION_INVALID', `step '${owner}': retry.${what}`);
  };
  if (!Number.isInteger(complete.attempts) || complete.attempts < 1)
    fail('attempts must be a whole number from 1');
  if (!(complete.initialDelayMs >= 0)) fail('initialDelayMs must be 0 or more');
  if (!(complete.factor >= 1)) fail('factor must be 1 or more');
  if (!(complete.maxDelayMs >= complete.initialDelayMs))
    fail('maxDelayMs must not be less than initialDelayMs');
  if (!(complete.maxDelayMs <= MAX_TIME_MS)) fail('maxDelayMs must be 100 years at most');
  if (!(complete.jitter >= 0 && complete.jitter <= 1)) fail('jitter must be between 0 and 1');
  return complete;
}
