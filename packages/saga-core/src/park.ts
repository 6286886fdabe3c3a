import type { Draft } from './draft.js';
import type { ParkReason } from './envelope.js';

/** What {@link park} and {@link unpark} need of a draft. */
type Parking = Pick<Draft, 'parked' | 'deferred' | 'at'>;

/** Parks the saga for one more reason; one with the same step replaces the earlier one. */
export function park(draft: Parking, reason: Omit<ParkReason, 'at'>): void {
  const others = draft.parked.filter((one) => reason.key === undefined || one.key !== reason.key);
  parkFor(draft, [...others, { ...reason, at: draft.at }]);
}

/** Takes away the reasons that are over. Where none is left, the saga goes on. */
export function unpark(draft: Parking, isOver: (reason: ParkReason) => boolean): void {
  if (draft.parked.some(isOver))
    parkFor(
      draft,
      draft.parked.filter((reason) => !isOver(reason)),
    );
}

/**
 * Nothing takes a deferred event while the saga is parked, so its time to live stands still: it has as much left
 * afterwards as it had before. What has passed is added whenever the oldest reason goes, so that the parts add up.
 */
function parkFor(draft: Parking, reasons: readonly ParkReason[]): void {
  const since = oldestOf(draft.parked);
  const stoodStillMs = since === undefined ? 0 : (oldestOf(reasons) ?? draft.at) - since;
  draft.parked = reasons;
  if (stoodStillMs > 0)
    draft.deferred = draft.deferred.map((one) => ({ ...one, expiresAt: one.expiresAt + stoodStillMs }));
}

function oldestOf(reasons: readonly ParkReason[]): number | undefined {
  return reasons.length === 0 ? undefined : Math.min(...reasons.map(({ at }) => at));
}
