import { type HistoryEntry, rowKey } from '@countermand/saga-core';
import type { OutboxRow } from '../ports/outbox-rows.js';

/** The rows that lines of the history tell of, those that are still there included. */
export function toldRows(sagaId: string, history: readonly HistoryEntry[]): OutboxRow[] {
  return history.flatMap(({ outcome, cause, event, at }) => {
    if (outcome !== 'applied' || cause?.type !== 'answer' || cause.outcome.kind === 'awaiting') return [];
    const { id, visit, attempts: attempt } = cause;
    const { kind } = cause.outcome;
    const none = { queue: null, lease: null, delivery: null, dueAt: null, deadlineAt: null, input: null };
    return {
      ...{ ...none, idempotencyKey: null, traceparent: null, lastError: null, left: false },
      ...{ sagaId, key: rowKey(id, visit), id, visit, attempt },
      ...{ kind: 'step', status: 'settled', role: 'invoke', result: { kind } },
      step: event.slice(0, -1 - kind.length),
      createdAt: at,
    } as const;
  });
}
