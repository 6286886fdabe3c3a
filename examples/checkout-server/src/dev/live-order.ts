import type { HistoryEntry, ObligationView, SagaView } from '@countermand/saga-core';
import type { StoredOrder } from '../db/orders.ts';
import { euros, historyJson, orderJson } from '../views/order-json.ts';
import type { LiveLedgerLine, LiveMarks, LiveOrder } from './live-contract.ts';

/** What a look at one order finds. */
export interface SeenOrder {
  readonly order: StoredOrder;
  readonly saga: SagaView;
  readonly history: readonly HistoryEntry[];
  readonly undo: readonly ObligationView[];
}

/** The order as the page shows it. */
export function liveOrder({ order, saga, history, undo }: SeenOrder): LiveOrder {
  return {
    order: orderJson(order, saga),
    steps: saga.steps.map(({ key, name, status, attempts, error }) => ({
      ...{ id: key, name, status, attempts },
      ...(error !== undefined && { error }),
    })),
    history: history.map((line) => historyJson(line)),
    ledger: ledgerOf(saga),
    undo: undo.map(({ id, undo: step, certainty, amount }) => ({
      obligation: id,
      undo: step ?? null,
      certainty,
      ...(amount && { amount: euros(amount) }),
    })),
    marks: marksOf(saga),
  };
}

function ledgerOf(saga: SagaView): LiveLedgerLine[] {
  return saga.openObligations.map(({ id, kind, certainty, amount, undo }) => ({
    ...{ id, kind, certainty, at: new Date(saga.updatedAt).toISOString() },
    ...(amount && { amount: euros(amount) }),
    ...(undo !== undefined && { undo }),
  }));
}

function marksOf(saga: SagaView): LiveMarks {
  return { active: pathsIn(saga.state), visited: [], travelled: [], tone: saga.status };
}

/** Paths of every state that a state value names, from the outside in. */
function pathsIn(value: unknown, above = ''): string[] {
  if (typeof value === 'string') return [`${above}${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${above}${key}`,
    ...pathsIn(inner, `${above}${key}.`),
  ]);
}
