import type { Draft } from './draft.js';
import type { ParkReason } from './envelope.js';

/** Parks the saga for one more reason; one with the same step replaces the earlier one. */
export function park(draft: Draft, reason: Omit<ParkReason, 'at'>): void {
  const others = draft.parked.filter((one) => reason.key === undefined || one.key !== reason.key);
  draft.parked = [...others, { ...reason, at: draft.at }];
}
