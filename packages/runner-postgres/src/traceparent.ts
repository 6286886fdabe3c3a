const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A W3C `traceparent` as it came from outside; what is none is no trace, and no error either. */
export function readTraceparent(value: string | undefined): string | null {
  return value !== undefined && TRACEPARENT.test(value) ? value : null;
}

/** The trace as adapters and handlers get it. */
export function traceOf(row: { readonly traceparent: string | null }): { readonly traceparent?: string } {
  return row.traceparent === null ? {} : { traceparent: row.traceparent };
}
