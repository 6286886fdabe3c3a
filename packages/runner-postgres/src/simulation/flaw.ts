/**
 * A fault of our own that a simulation can switch on, to see whether its judges notice. Each is a mistake that
 * somebody could make in a store, in an adapter or at a participant.
 */
export type Flaw =
  | 'answers-unfenced'
  | 'inbox-without-key'
  | 'stale-messages-decided'
  | 'key-per-attempt'
  | 'timers-without-visit'
  | 'sweeper-never-runs'
  | 'leases-without-end'
  | 'wakeups-after-commit'
  | 'process-clock-for-timers'
  | 'history-outside-the-transaction'
  | 'sagas-unlocked'
  | 'timeout-taken-for-a-no'
  | 'refund-key-reused'
  | 'late-money-dropped'
  | 'no-tombstones'
  | 'early-messages-dropped'
  | 'ignored-messages-forgotten'
  | 'undo-answered-before-it-is-done';
