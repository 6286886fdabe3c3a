import type { AnySaga, HistoryEntry, Log } from '@countermand/saga-core';
import { decideItems } from './decide-items.js';
import { forgottenRows } from './forgotten-rows.js';
import { SavedSaga } from './known-sagas.js';
import type { AnswerItem, MoveItem, MoveResult } from './move-item.js';
import { Dispatcher, dispatchPublished, type FollowUp } from './outbox-plan.js';
import type { Chance } from './ports/chance.js';
import type { ClaimRequest, Claims, OutboxClaim } from './ports/claims.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import { rowId } from './ports/row-id.js';
import type { StoredSaga } from './ports/saga-rows.js';
import type { SagaWrite } from './ports/saga-write.js';
import type { MoveTransaction, MoveWrites } from './ports/store.js';
import type { BatchTelemetry } from './ports/telemetry.js';
import type { SagaFold } from './saga-fold.js';
import type { SagaRegistry } from './saga-registry.js';
import type { Verdict } from './verdict.js';
import { WrittenSaga } from './written-saga.js';

/** Tells other processes of a message that waits in the inbox; every other notice is the name of a queue. */
export const INBOX_NOTICE = 'inbox';

/** What moving sagas depends on. */
export interface MoveContext {
  readonly registry: SagaRegistry;
  readonly chance: Chance;
  readonly followUp: FollowUp;
  /** Whether this process hears of a queue's new wake-ups without being notified. */
  readonly hears: (queue: string) => boolean;
  /** Those of the sagas that this process has in memory. */
  readonly remembered: (sagaIds: readonly string[]) => ReadonlyMap<string, StoredSaga>;
  /** What the items are about, where that has been put together before. */
  readonly request?: ClaimRequest;
  /** Hears of each cause that is decided. */
  readonly telemetry?: BatchTelemetry | undefined;
}

/** What a batch did, for what comes after its commit. */
export interface Moved {
  /** In the order of the items. */
  readonly results: readonly MoveResult[];
  /** Database time. */
  readonly now: number;
  /** Rows that this worker must carry out now. */
  readonly leased: readonly LeasedRow[];
  /** Queues that got wake-ups. */
  readonly queues: readonly string[];
  readonly sagas: readonly MovedSaga[];
  /** As they are stored now. */
  readonly saved: readonly SavedSaga[];
  /** Something is due that soon; the sweeper finds it otherwise, a little later. */
  readonly dueInMs: number;
  /** Sagas of versions that aren't known here; they are left to others. */
  readonly unknown: readonly Pick<StoredSaga, 'id' | 'saga' | 'version'>[];
}

/** One saga that a batch moved. */
interface MovedSaga {
  readonly sagaId: string;
  readonly definition: AnySaga;
  readonly history: readonly HistoryEntry[];
  readonly logs: readonly Log[];
}

/**
 * The one transaction that moves sagas, for any number of them: lock, claim, decide what was claimed, save.
 *
 * What isn't claimed isn't decided: that is the fence. A cause whose lease was lost, a message that came before, a
 * timer that another process took costs the others in the batch nothing.
 */
export async function moveSagas(
  tx: MoveTransaction,
  items: readonly MoveItem[],
  context: MoveContext,
): Promise<Moved> {
  const claims = await tx.claim(context.request ?? claimRequest(items, context));

  const absent = await reserveAbsent(tx, items, claims);
  const { verdicts, folds, received, decided } = decideItems(
    items,
    claims,
    absent,
    context.registry,
    context.telemetry,
  );
  const dispatcher = new Dispatcher(context.followUp, context.chance, claims.now);
  for (const fold of folds) fold.dispatch(dispatcher);
  await publish(tx, dispatcher, items, verdicts, folds, claims);

  const { added, changed, deliveries, leased } = dispatcher.dispatched;
  const writes = folds.flatMap((fold) => fold.write() ?? []);
  const queues = [...new Set(deliveries.map(({ queue }) => queue))];
  const all: MoveWrites = {
    newSagas: writes.filter(({ start }) => start),
    sagas: writes.filter(({ start }) => !start),
    history: folds.flatMap(({ sagaId, history }) => history.map((entry) => ({ ...entry, sagaId }))),
    received,
    decided,
    added,
    changed,
    forgotten: forgottenRows(items, verdicts, folds),
    deliveries,
    notices: [
      ...queues.filter((queue) => !context.hears(queue)),
      ...(received.some(({ status }) => status === 'pending') ? [INBOX_NOTICE] : []),
    ],
  };
  if (Object.values(all).some((some) => some.length > 0)) await tx.save(all);
  return {
    results: verdicts.map(({ result }) => result),
    now: claims.now,
    leased,
    queues,
    sagas: folds,
    saved: writes.map((write) => savedSaga(write, claims)),
    dueInMs: firstDueInMs(folds),
    unknown: [...claims.sagas.values()].filter(({ saga, version }) => !context.registry.find(saga, version)),
  };
}

/** Everything that the items are about. */
export function claimRequest(
  items: readonly MoveItem[],
  { registry, remembered }: Pick<MoveContext, 'registry' | 'remembered'>,
): ClaimRequest {
  const outbox = new Map<string, OutboxClaim>();
  const upgraded = new Set<string>();
  for (const item of items) {
    if (item.kind === 'upgrade') upgraded.add(item.sagaId);
    // What comes behind an upgrade is the next batch's, which wouldn't find a row that this one had claimed for it.
    const wanted = upgraded.has(item.sagaId) ? undefined : outboxClaim(item);
    if (!wanted) continue;
    const id = rowId(wanted.sagaId, wanted.key);
    // Of two answers to one row in a batch the first is claimed; the other finds it settled, like a later one.
    if (!outbox.has(id)) outbox.set(id, wanted);
  }
  const sagaIds = [...new Set(items.map(({ sagaId }) => sagaId))];
  return {
    sagaIds,
    remembered: remembered(sagaIds),
    known: registry.known,
    startIds: items.flatMap((item) => (item.kind === 'start' ? item.sagaId : [])),
    messages: items.flatMap((item) =>
      item.kind === 'send' || item.kind === 'inbox' ? { sagaId: item.sagaId, messageId: item.messageId } : [],
    ),
    outbox: [...outbox.values()],
  };
}

/** An answer claims the row of its attempt. */
class AnswerClaim implements OutboxClaim {
  readonly sagaId: string;
  readonly key: string;
  readonly from: OutboxClaim['from'];
  readonly lease: string | null;
  readonly overdue: boolean;
  readonly to: OutboxClaim['to'];
  readonly result: OutboxClaim['result'];

  constructor({ sagaId, key, from, lease, overdue, outcome }: AnswerItem) {
    this.sagaId = sagaId;
    this.key = key;
    this.from = from;
    this.lease = lease;
    this.overdue = overdue ?? false;
    this.to = outcome.kind === 'awaiting' ? 'awaiting' : 'settled';
    this.result = outcome;
  }
}

function outboxClaim(item: MoveItem): OutboxClaim | undefined {
  const { sagaId } = item;
  switch (item.kind) {
    case 'answer':
      return new AnswerClaim(item);
    case 'timer': {
      const { key } = item;
      return { sagaId, key, from: ['pending'], lease: null, overdue: true, to: 'settled', result: null };
    }
    case 'published': {
      const { key, lease } = item;
      return { sagaId, key, from: ['leased'], lease, overdue: false, to: 'settled', result: null };
    }
    default:
      return undefined;
  }
}

/** Messages for sagas that don't exist may only be kept by whoever holds the id: its start would miss them. */
async function reserveAbsent(
  tx: MoveTransaction,
  items: readonly MoveItem[],
  claims: Claims,
): Promise<ReadonlySet<string>> {
  const starting = new Set(items.flatMap((item) => (item.kind === 'start' ? item.sagaId : [])));
  const wanted = items.flatMap(({ kind, sagaId }) => {
    const isMessage = kind === 'send' || kind === 'inbox';
    return isMessage && !claims.sagas.has(sagaId) && !claims.busy.has(sagaId) && !starting.has(sagaId)
      ? sagaId
      : [];
  });
  return wanted.length > 0 ? await tx.reserveAbsent([...new Set(wanted)]) : new Set();
}

async function publish(
  tx: MoveTransaction,
  dispatcher: Dispatcher,
  items: readonly MoveItem[],
  verdicts: readonly Verdict[],
  folds: readonly SagaFold[],
  claims: Claims,
): Promise<void> {
  const published = folds.flatMap((fold) =>
    fold.published.map((effect) => ({ sagaId: fold.sagaId, saga: fold.definition, effect })),
  );
  const settled = items.flatMap((item, index) =>
    item.kind === 'published' && verdicts[index]?.isClaimed
      ? { sagaId: item.sagaId, subscription: item.subscription }
      : [],
  );
  if (published.length + settled.length === 0) return;
  const order = await tx.publishOrder({
    types: [...new Set(published.map(({ effect }) => effect.event.type))],
    sagaIds: [...new Set(published.map(({ sagaId }) => sagaId))],
    settled,
  });
  dispatchPublished(dispatcher, order, published, (sagaId) => {
    const stored = claims.sagas.get(sagaId);
    return { name: stored?.saga ?? '', version: stored?.version ?? 0 };
  });
}

function savedSaga(write: SagaWrite, { now, sagas }: Claims): SavedSaga {
  const isAtRest = write.settled || write.status === 'parked';
  return new SavedSaga(new WrittenSaga(write, sagas.get(write.id), now), write.envelopeText.length, isAtRest);
}

function firstDueInMs(folds: readonly SagaFold[]): number {
  return Math.min(...folds.map((fold) => (fold.hasLeftSteps ? 0 : fold.firstTimerInMs)));
}
