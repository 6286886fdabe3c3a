import { SagaError } from '@countermand/saga-core';
import type { MoveItem, MoveResult } from './move-item.js';

/**
 * What an item came to whose earlier try may have been committed: where it finds done what it was to do, it has done
 * it. Starts and messages tell that by themselves, for their rows carry a nonce.
 */
export function repeatedResult(item: MoveItem, result: MoveResult): MoveResult {
  if (item.kind === 'admin' && result.kind === 'failed' && isNotParked(result.error))
    return { kind: 'done', applied: true };
  // It was of another version when this began, so that it has moved since.
  const hasMoved = item.kind === 'upgrade' && item.from !== item.to.version;
  if (hasMoved && result.kind === 'upgraded' && result.result.outcome === 'same')
    return { kind: 'upgraded', result: { outcome: 'upgraded' } };
  return result;
}

function isNotParked(error: Error): boolean {
  return error instanceof SagaError && (error.code === 'NOT_PARKED' || error.code === 'STEP_NOT_FOUND');
}
