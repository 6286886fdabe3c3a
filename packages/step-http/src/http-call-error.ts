/** Why an HTTP call brought no answer that a step can use. */
export type HttpCallProblem =
  /** The connection failed or broke. */
  | 'network'
  /** No answer within the limit. */
  | 'timeout'
  /** The step itself has to end: its lease was lost, or its worker stops. */
  | 'aborted'
  /** The circuit is open: the participant has failed too often lately, and is left alone for a moment. */
  | 'circuit_open'
  /** The participant can't answer now: 408, 425, 429, 5xx. */
  | 'unavailable'
  /** A status that nothing is configured for. */
  | 'status'
  /** A redirect, which is never followed. */
  | 'redirect'
  /** The answer is larger than the limit. */
  | 'too_large'
  /** The answer is no JSON. */
  | 'not_json'
  /** The address isn't among the allowed origins; nothing was sent. */
  | 'address';

/**
 * An HTTP call that brought neither an output nor a definite no: nobody knows whether it took effect. An adapter
 * throws it, so that the step is tried again with the same key.
 */
export class HttpCallError extends Error {
  override readonly name = 'HttpCallError';

  constructor(
    readonly problem: HttpCallProblem,
    message: string,
    /** The status, where there was an answer. */
    readonly status?: number,
    options?: ErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }

  /** How long the participant asked to be left alone (`Retry-After`), in milliseconds. */
  readonly retryAfterMs: number | undefined;
}
