import type { MoveResult } from './move-item.js';

/** The error of an item that came to something else than its kind can: its own where it failed. */
export function unexpectedResult(result: MoveResult): Error {
  return result.kind === 'failed' ? result.error : new Error(`unexpected result '${result.kind}'`);
}
