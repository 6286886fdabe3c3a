/**
 * How long a lease lasts, from when it was taken or prolonged: with a sweep behind it, the longest that the work of a
 * worker that died waits for another. Milliseconds, database time.
 */
export const LEASE_MS = 4_000;

/** How often a worker prolongs its leases. */
export const RENEW_MS = 1_000;

/** How soon before its end a lease that couldn't be prolonged counts as lost. */
export const LEASE_MARGIN_MS = 250;

/**
 * A lease with more than this left is prolonged the next time: most steps have ended by then. None is asked for with
 * less than two and a half seconds left, which a worker may stand still for, whenever that is.
 */
export const RENEW_AHEAD_MS = 3_500;

/** How often a worker looks for what is due. */
export const SWEEP_MS = 1_000;

/** Hints may bring a sweep forward, but never make two follow each other closer than this. */
export const SWEEP_SOONEST_MS = 50;

/** When a wake-up that nobody took is sent once more, and how slow that becomes. */
export const REDELIVER_MS = 60_000;

/** A wake-up that was sent so long ago should be waiting, or have been taken: where it is neither, it is lost. */
export const LOST_AFTER_MS = 2_000;

/** How far the database's clock may be behind what a process assumed of it, and ahead. */
export const CLOCK_BEHIND_MS = 100;
export const CLOCK_AHEAD_MS = 1_000;
