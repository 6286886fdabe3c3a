import {
  type AnySaga,
  type HistoryEntry,
  type ObligationView,
  type SagaView,
  tellHistory,
} from '@countermand/saga-core';
import type { StoredOrder } from '../db/orders.ts';
import { euros, historyJson, orderJson } from '../views/order-json.ts';
import type { LiveLedgerLine, LiveOrder } from './live-contract.ts';

/** What a look at one order finds. */
export interface SeenOrder {
  readonly order: StoredOrder;
  readonly saga: SagaView;
  readonly history: readonly HistoryEntry[];
  readonly undo: readonly ObligationView[];
  readonly hasWebhook: boolean;
}

/** The order as the page shows it. */
export function liveOrder(
  definition: AnySaga,
  { order, saga, history, undo, hasWebhook }: SeenOrder,
): LiveOrder {
  return {
    order: orderJson(order, saga),
    steps: saga.steps.map(({ key, name, status, attempts, error }) => ({
      ...{ id: key, name, status, attempts },
      ...(error !== undefined && { error }),
    })),
    history: history.map((line) => historyJson(line)),
    ledger: ledgerOf(definition, saga.id, history),
    undo: undo.map(({ id, undo: step, certainty, amount }) => ({
      obligation: id,
      undo: step ?? null,
      certainty,
      ...(amount && { amount: euros(amount) }),
    })),
    way: history.map(({ event, outcome, from, to }) => ({ event, outcome, from, to })),
    has_webhook: hasWebhook,
  };
}

/** Everything that it has opened so far, as the history tells it. */
function ledgerOf(definition: AnySaga, id: string, history: readonly HistoryEntry[]): LiveLedgerLine[] {
  const { ledger } = tellHistory(id, history, () => definition);
  return ledger.flatMap(({ id: obligation, kind, amount, undo, changes }) => {
    const last = changes.at(-1);
    // What never was is no line of a ledger: a step that was declined, a question that was answered with no.
    const hasBeen = changes.some(({ certainty }) => certainty === 'open');
    if (!last || (last.certainty === 'closed' && !hasBeen)) return [];
    return {
      ...{ id: obligation, kind, certainty: last.certainty, at: new Date(last.at).toISOString() },
      ...(amount && { amount: euros(amount) }),
      ...(undo !== undefined && { undo }),
      ...(last.closedBy !== undefined && { closed_by: last.closedBy }),
    };
  });
}
