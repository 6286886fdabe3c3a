import { SagaError } from '@countermand/saga-core';
import type { FailureKind } from '../ports/store.js';
import { QueuesNotMet } from '../queue/queues-not-met.js';
import { isConnectFailure } from './connect-failures.js';
import { LOST_STATEMENT } from './statement-names.js';

/**
 * Serialization failure and deadlock; and a prepared statement that isn't there, or is another, or whose tables have
 * changed: the next try does without.
 */
const CONFLICTS = new Set(['40001', '40P01', ...LOST_STATEMENT]);
const UNIQUE_VIOLATION = '23505';
/**
 * A statement that ran out of time, or that somebody cancelled; a transaction that did, also while this process was busy
 * deciding, or was suspended.
 */
const OUT_OF_TIME = new Set(['57014', '25P03', '25P04']);
/**
 * Connection exceptions, insufficient resources, operator intervention; a server that only reads, after a failover
 * say; a lock that isn't given in time, because somebody maintains our tables.
 */
const AWAY = /^(08|53|57P|25006|55P03)/;
const CONNECTION_LOST = /connection|terminat|timeout|socket|not queryable/i;
/** What Node says of a connection that is no more. */
const BROKEN = /^(E[A-Z]+|ERR_(STREAM|SOCKET|SSL|TLS)_\w+)$/;

/**
 * What a failed transaction asks for. `conflict`: it met others, and may be repeated at once, as often as it takes.
 * `duplicate`: somebody else inserted the same row in between, which the next try sees; a row that is there each time
 * is poison. `slow`: it was too much, or the server too slow for a while: halves of it may pass. `away`: the
 * database can't be reached; whether it committed is unknown, so that what is repeated must be idempotent. `poison`: the
 * same would happen again, though maybe not to a half of it.
 */
export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof Error)) return 'poison';
  if (isConnectFailure(error)) return 'away';
  // By the next try they have been declared.
  if (error instanceof QueuesNotMet) return 'conflict';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined)
    return CONNECTION_LOST.test(error.message) && !(error instanceof SagaError) ? 'away' : 'poison';
  if (CONFLICTS.has(code)) return 'conflict';
  if (code === UNIQUE_VIOLATION) return 'duplicate';
  if (OUT_OF_TIME.has(code)) return 'slow';
  return AWAY.test(code) || BROKEN.test(code) ? 'away' : 'poison';
}
