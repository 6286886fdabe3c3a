import type { MoveItem } from './move-item.js';
import type { AssumedClaims, ClaimedRow, ClaimRequest, Claims } from './ports/claims.js';
import { rowId } from './ports/row-id.js';
import type { StoredSaga } from './ports/saga-rows.js';
import type { MoveTransaction, MoveWrites } from './ports/store.js';
import type { SagaRegistry } from './saga-registry.js';
import { CLOCK_AHEAD_MS, CLOCK_BEHIND_MS } from './timing.js';

/** Something isn't as a process had assumed; the batch is to be claimed first. */
export class NotAsAssumed extends Error {
  override readonly name = 'NotAsAssumed';
}

/**
 * What claiming a batch is going to give, if nobody else has touched its sagas since this process moved them last.
 * `undefined` where that can't be known: for anything but starts, messages for sagas that are in memory, and answers
 * of attempts which this process has carried out.
 *
 * @param now - the database's time, as this process believes it to be
 */
export function assumeClaims(
  items: readonly MoveItem[],
  request: ClaimRequest,
  registry: SagaRegistry,
  now: number,
): AssumedClaims | undefined {
  const starts = new Set<string>();
  const claimed = new Map<string, ClaimedRow>();
  for (const item of items) {
    const { sagaId } = item;
    const saga = request.remembered.get(sagaId);
    if (item.kind === 'start' ? saga || starts.has(sagaId) : !isKnown(saga, registry)) return undefined;
    if (item.kind === 'start') starts.add(sagaId);
    else if (item.kind === 'answer') {
      const { key, lease, row, outcome } = item;
      const place = rowId(sagaId, key);
      if (!row || lease === null || outcome.kind === 'awaiting' || claimed.has(place)) return undefined;
      claimed.set(place, new AssumedRow(sagaId, key, lease, row));
    } else if (item.kind !== 'send') return undefined;
  }
  const nothing = { busy: new Set<string>(), inbox: new Map(), refused: new Map() };
  return {
    request,
    claims: { ...nothing, now, sagas: request.remembered, claimed, leftToOthers: new Set() },
  };
}

/** A row as its claim would give it. */
class AssumedRow implements ClaimedRow {
  readonly id: string;
  readonly visit: number;
  readonly status = 'settled';
  readonly attempt: number;
  readonly traceparent: string | null;

  constructor(
    readonly sagaId: string,
    readonly key: string,
    readonly lease: string,
    { id, visit, attempt, traceparent }: Pick<ClaimedRow, 'id' | 'visit' | 'attempt' | 'traceparent'>,
  ) {
    this.id = id;
    this.visit = visit;
    this.attempt = attempt;
    this.traceparent = traceparent;
  }
}

function isKnown(saga: StoredSaga | undefined, registry: SagaRegistry): boolean {
  return saga !== undefined && registry.find(saga.saga, saga.version) !== undefined;
}

/** Whether a clock that shows `now` is the one that was assumed, and a moment later. */
function isAssumedTime(now: number, assumed: number): boolean {
  return now >= assumed - CLOCK_BEHIND_MS && now <= assumed + CLOCK_AHEAD_MS;
}

/** Whether a claim has given what was assumed of it. */
export function isAsAssumed(found: Claims, { request, claims }: AssumedClaims): boolean {
  return (
    isAssumedTime(found.now, claims.now) &&
    found.busy.size === 0 &&
    found.inbox.size === 0 &&
    request.sagaIds.every((id) => found.sagas.get(id) === claims.sagas.get(id)) &&
    [...claims.claimed.keys()].every((id) => found.claimed.has(id))
  );
}

/**
 * A transaction that claims nothing. What can't be done without a lock is {@link NotAsAssumed}.
 *
 * @param reads - reads what the order of published events depends on, as it is committed by now
 */
export function assumedTransaction(
  { claims }: AssumedClaims,
  reads: Pick<MoveTransaction, 'publishOrder'>,
  save: (writes: MoveWrites) => Promise<void>,
): MoveTransaction {
  const refuse = (): never => {
    throw new NotAsAssumed('it depends on what only a lock makes sure');
  };
  return {
    claim: async () => claims,
    reserveAbsent: async () => refuse(),
    publishOrder: async (request) => {
      const order = await reads.publishOrder(request);
      // An event that is before others may be taken at any time, and whoever takes it must see who waits for that.
      return order.blocked.size > 0 ? refuse() : order;
    },
    save: async (writes) => {
      // One statement can't change a row twice.
      if (writes.changed.some(({ sagaId, key }) => claims.claimed.has(rowId(sagaId, key)))) refuse();
      await save(writes);
    },
  };
}
