/** The trace as adapters and handlers get it. */
export function traceOf(row: { readonly traceparent: string | null }): { readonly traceparent?: string } {
  return row.traceparent === null ? {} : { traceparent: row.traceparent };
}
