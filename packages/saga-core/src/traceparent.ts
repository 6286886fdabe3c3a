const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Lets a call carry the trace that it belongs to. */
export interface Traceable {
  /** W3C `traceparent`; what follows from the call carries it to participants. What is none is left out. */
  readonly traceparent?: string;
}

/** A W3C `traceparent` as it came from outside; what is none is no trace, and no error either. */
export function readTraceparent(value: string | undefined): string | null {
  return value !== undefined && TRACEPARENT.test(value) ? value : null;
}
