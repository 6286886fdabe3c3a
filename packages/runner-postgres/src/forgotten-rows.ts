import type { HistoryEntry } from '@countermand/saga-core';
import type { AnswerItem, MoveItem } from './move-item.js';
import type { OutboxId } from './ports/outbox-rows.js';
import type { SagaFold } from './saga-fold.js';
import type { Verdict } from './verdict.js';

/**
 * The rows of steps that this batch settles and that have nothing to tell but what their line in the history tells: the
 * machine's own, answered without an error before, and the machine took the answer. Nothing comes back to such a row,
 * so it goes; what is gone was settled.
 */
export function forgottenRows(
  items: readonly MoveItem[],
  verdicts: readonly Verdict[],
  folds: readonly SagaFold[],
): readonly OutboxId[] {
  const answers = items.flatMap((item, index) => (verdicts[index]?.isClaimed && isPlain(item) ? item : []));
  if (answers.length === 0) return [];
  const histories = new Map(folds.map(({ sagaId, history }) => [sagaId, history]));
  return answers.filter(
    ({ sagaId, row }) => row && histories.get(sagaId)?.some((entry) => tellsOf(entry, row)),
  );
}

function isPlain(item: MoveItem): item is AnswerItem {
  if (item.kind !== 'answer' || item.row?.role !== 'invoke' || item.row.lastError !== null) return false;
  return item.outcome.kind === 'done' || item.outcome.kind === 'declined';
}

function tellsOf({ outcome, cause }: HistoryEntry, { id, visit }: NonNullable<AnswerItem['row']>): boolean {
  return outcome === 'applied' && cause?.type === 'answer' && cause.id === id && cause.visit === visit;
}
