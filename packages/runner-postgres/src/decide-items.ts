import { begin, SagaError, upgradeResultOf, upgradeSaga } from '@countermand/saga-core';
import { BatchMessages, eventOf } from './batch-messages.js';
import { BatchRows } from './batch-rows.js';
import { BatchSagas } from './batch-sagas.js';
import type { AdminItem, MoveItem, StartItem, UpgradeItem } from './move-item.js';
import type { Claims } from './ports/claims.js';
import type { InboxWrite } from './ports/inbox-rows.js';
import type { BatchTelemetry } from './ports/telemetry.js';
import type { SagaFold } from './saga-fold.js';
import type { SagaRegistry } from './saga-registry.js';
import { AGAIN, asSagaError, done, failed, refusal, started, type Verdict } from './verdict.js';

/** What a batch has decided. */
export interface Decided {
  /** In the order of the items. */
  readonly verdicts: readonly Verdict[];
  readonly folds: readonly SagaFold[];
  /** New rows of the inbox. */
  readonly received: readonly InboxWrite[];
  /** Rows of the inbox that were there. */
  readonly decided: readonly InboxWrite[];
}

/** Decides the items of a batch in order of arrival, as far as they were claimed. Pure but for what sagas throw. */
export function decideItems(
  items: readonly MoveItem[],
  claims: Claims,
  reserved: ReadonlySet<string>,
  registry: SagaRegistry,
  telemetry?: BatchTelemetry,
): Decided {
  const sagas = new BatchSagas(claims, registry, telemetry);
  const messages = new BatchMessages(sagas, claims, reserved, registry);
  const rows = new BatchRows(sagas, claims);
  const verdicts = items.map((item) =>
    sagas.isOutOfReach(item.sagaId) ? AGAIN : decideItem(item, { sagas, messages, rows, now: claims.now }),
  );
  return { verdicts, folds: sagas.folds, received: messages.received, decided: messages.decided };
}

interface Batch {
  readonly sagas: BatchSagas;
  readonly messages: BatchMessages;
  readonly rows: BatchRows;
  readonly now: number;
}

function decideItem(item: MoveItem, batch: Batch): Verdict {
  switch (item.kind) {
    case 'start':
      return decideStart(item, batch);
    case 'send':
      return batch.messages.send(item);
    case 'inbox':
      return batch.messages.take(item);
    case 'answer':
      return batch.rows.answer(item);
    case 'timer':
      return batch.rows.timer(item);
    case 'published':
      return batch.rows.published(item);
    case 'admin':
      return decideAct(item, batch);
    case 'upgrade':
      return decideUpgrade(item, batch);
  }
}

function decideStart(item: StartItem, { sagas, messages, now }: Batch): Verdict {
  const { sagaId, nonce, inputHash, saga, input, actor, traceparent = null } = item;
  const stored = sagas.stored(sagaId);
  const own = sagas.opened(sagaId);
  const before = stored
    ? { saga: stored.saga, nonce: stored.startNonce, inputHash: stored.inputHash }
    : own?.start && { saga: own.definition.name, ...own.start };
  if (before) {
    if (before.nonce === nonce) return started(sagaId, true);
    if (before.saga === saga.name && before.inputHash === inputHash) return started(sagaId, false);
    const what = before.saga === saga.name ? 'with another input' : `as '${before.saga}'`;
    return failed(new SagaError('START_CONFLICT', `saga ${sagaId} was started before, ${what}`));
  }
  const early = messages.waitingFor(sagaId);
  try {
    const decision = begin(saga, { sagaId, input, at: now, actor, early: early.map(eventOf) });
    sagas.begin(saga, decision, { nonce, inputHash, traceparent });
    for (const row of early) messages.settleEarly(row, decision);
    return started(sagaId, true);
  } catch (error) {
    return failed(asSagaError(error));
  }
}

function decideAct({ sagaId, cause, traceparent }: AdminItem, { sagas }: Batch): Verdict {
  if (!sagas.exists(sagaId)) return failed(new SagaError('SAGA_NOT_FOUND', `there is no saga ${sagaId}`));
  try {
    const fold = sagas.known(sagaId);
    const wasStuck = cause.type === 'retry' && fold.clearError();
    const { outcome, reason = 'NOT_PARKED' } = fold.apply(cause, traceparent);
    return outcome === 'refused' && !wasStuck ? failed(refusal(reason)) : done(true);
  } catch (error) {
    return failed(asSagaError(error));
  }
}

function decideUpgrade({ sagaId, to, structures, actor }: UpgradeItem, { sagas, now }: Batch): Verdict {
  const stored = sagas.stored(sagaId);
  // Of what comes behind it nothing was claimed, whatever becomes of it.
  sagas.close(sagaId);
  if (!stored) return failed(new SagaError('SAGA_NOT_FOUND', `there is no saga ${sagaId}`));
  // What this batch has done to it already is told to nobody yet; the next batch sees it.
  if (sagas.opened(sagaId)) return AGAIN;
  const cause = { type: 'upgrade', to: to.version, actor } as const;
  const before = { structure: structures.get(stored.version) };
  const decision = upgradeSaga(to, stored.envelope, cause, now, before);
  const result = upgradeResultOf(decision);
  if (result.outcome === 'upgraded' || result.outcome === 'parked') sagas.upgrade(to, stored, decision);
  return { result: { kind: 'upgraded', result } };
}
