import type { OutboxId } from '../ports/outbox-rows.js';
import { records } from './batch-columns.js';
import { lookUpRow } from './look-up.js';
import type { Part } from './parts-of-one-statement.js';

/**
 * Rows of steps that have nothing to tell but what the history tells go when they are settled: a deletion is a small
 * record where an update would write the row, and an entry of its key, anew. Such a row is told again from its line in
 * the history: that of an answer which the machine took, of a step of the machine's own.
 */
export function forgetPart(ours: string, rows: readonly OutboxId[]): readonly Part[] {
  if (rows.length === 0) return [];
  return [
    {
      name: 'forgotten',
      values: [records(rows, ({ sagaId, key }) => ({ sagaId, key }))],
      mustMatch: { count: rows.length, otherwise: 'a row that was claimed is gone' },
      text: ([list = '']) => `
        delete from ${ours}.outbox o
        using json_to_recordset(${list}::json) as x("sagaId" text, key text)
        where ${lookUpRow('o', 'x')} and o.status = 'settled'
        returning 1`,
    },
  ];
}

/** Lines of the history, as `h`, which tell of a row; that is gone where it isn't in the outbox. */
export const TELLS_OF_A_ROW = `h.outcome = 'applied' and h.cause->>'type' = 'answer'
  and h.cause->'outcome'->>'kind' <> 'awaiting'`;

/** The key of the row that such a line tells of. */
export const TOLD_KEY = `concat(h.cause->>'id', ':', h.cause->>'visit')`;

/** The columns of a row that is gone, under the names of `OutboxRow`; its time is when it was settled. */
export function forgottenColumns(ours: string): string {
  return `h.saga_id as "sagaId", ${TOLD_KEY} as key, 'step' as kind, 'settled' as status, h.cause->>'id' as id,
    (h.cause->>'visit')::int as visit, left(h.event, -1 - length(h.cause->'outcome'->>'kind')) as step,
    'invoke' as role, null as queue, (h.cause->>'attempts')::int as attempt, false as "left", null as lease,
    null as delivery, null as "dueAt", null as "deadlineAt", null as input, null as "idempotencyKey",
    null as traceparent, json_build_object('kind', h.cause->'outcome'->>'kind') as result, null as "lastError",
    ${ours}.ms(h.at) as "createdAt"`;
}
