/** The batch met somebody else's commit between its look and its write; the next look will see it. */
export class BatchConflict extends Error {
  override readonly name = 'BatchConflict';
}

/** Serialization failure, deadlock, lock not available, and a row that somebody else inserted in between. */
const REPEATABLE = new Set(['40001', '40P01', '55P03', '23505']);
/** Connection exceptions, insufficient resources, operator intervention. */
const DATABASE_AWAY = /^(08|53|57P)/;

/**
 * Whether a failed transaction should be repeated as it is. An error without an SQLSTATE may have committed; what is
 * repeated must therefore be idempotent.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof BatchConflict) return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return CONNECTION_LOST.test(error.message);
  // 57014 is a statement that ran out of time: the same batch would do so again, a half of it may not.
  return REPEATABLE.has(code) || DATABASE_AWAY.test(code) || /^E[A-Z]+$/.test(code);
}

const CONNECTION_LOST = /connection|terminat|timeout|socket|not queryable/i;
