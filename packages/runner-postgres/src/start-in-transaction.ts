import { besideTransaction } from './beside-transaction.js';
import { type CallerTransaction, callerSession } from './db/caller-transaction.js';
import { reserveForStart } from './db/claim.js';
import type { Database } from './db/database.js';
import { moveTransaction } from './db/postgres-store.js';
import type { Session } from './db/session.js';
import type { MoveResult, StartItem } from './move-item.js';
import { type Moved, moveSagas } from './move-sagas.js';
import { noFollowUp } from './outbox-plan.js';
import type { Chance } from './ports/chance.js';
import type { Telemetry } from './ports/telemetry.js';
import type { PgBossQueue } from './queue/pg-boss-queue.js';
import { QueuesNotMet } from './queue/queues-not-met.js';
import type { SagaRegistry } from './saga-registry.js';

interface Parts {
  readonly database: Database;
  readonly queue: PgBossQueue;
  readonly registry: SagaRegistry;
  readonly chance: Chance;
  readonly telemetry?: Telemetry | undefined;
}

/**
 * Begins a saga in the caller's own transaction. A new row has no rivals but another start of that id, which waits.
 *
 * @throws SagaError what the start fails with
 */
export async function startInTransaction(
  tx: CallerTransaction,
  item: StartItem,
  parts: Parts,
): Promise<MoveResult> {
  const session = await callerSession(tx);
  await reserveForStart(session, parts.database.names, item.sagaId);
  const { results } = await begin(session, item, parts).catch(async (error: unknown) => {
    if (!(error instanceof QueuesNotMet)) throw error;
    // Nothing has been written yet.
    await besideTransaction(parts.database, parts.queue.declare(error.queues));
    return await begin(session, item, parts);
  });
  const [result] = results;
  if (result?.kind === 'failed') throw result.error;
  return result ?? { kind: 'again' };
}

async function begin(session: Session, item: StartItem, parts: Parts): Promise<Moved> {
  const { database, queue, registry, chance } = parts;
  const telemetry = parts.telemetry?.batch(1);
  // Nothing of it runs before the caller commits, so all of it goes through the queue, with a notice.
  const context = {
    registry,
    chance,
    followUp: noFollowUp,
    hears: () => false,
    remembered: () => new Map<string, never>(),
    telemetry,
  };
  try {
    const moved = await moveSagas(moveTransaction(session, database.names, queue), [item], context);
    // As far as it is ours to say: the caller commits.
    telemetry?.committed();
    return moved;
  } catch (error) {
    telemetry?.failed(error);
    throw error;
  }
}
