/**
 * Channel options for grpc-js and nice-grpc that suit steps: a lost connection is tried again soon and often, since
 * the step's own policy waits already, and one that is silently dead is noticed.
 */
export const CHANNEL_OPTIONS = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
} as const;
