import { SagaError } from '@countermand/saga-core';
import type { BatchSagas } from './batch-sagas.js';
import type { AnswerItem, TimerItem } from './move-item.js';
import type { ClaimedRow, Claims } from './ports/claims.js';
import { rowId } from './ports/row-id.js';
import { AGAIN, CLAIMED, done, failed, sent, type Verdict } from './verdict.js';

/** The outbox rows that one batch has claimed: each is taken by the first cause that is for it, and only by that. */
export class BatchRows {
  readonly #sagas: BatchSagas;
  readonly #claims: Claims;
  readonly #claimed: Map<string, ClaimedRow>;
  /** Rows that an answer of this batch was for. */
  readonly #asked = new Set<string>();

  constructor(sagas: BatchSagas, claims: Claims) {
    this.#sagas = sagas;
    this.#claims = claims;
    this.#claimed = new Map(claims.claimed);
  }

  /** How an attempt of a step ended. */
  answer(item: AnswerItem): Verdict {
    const id = rowId(item.sagaId, item.key);
    const row = this.#claimed.get(id);
    const wasAsked = this.#asked.has(id);
    this.#asked.add(id);
    if (!row && this.#claims.leftToOthers.has(id))
      return item.late ? sent('pending', null, false) : done(true);
    if (!row) {
      const there = this.#claims.refused.get(id) ?? this.#claims.claimed.get(id);
      // The claim of this batch was the other answer's, `later()` or a zombie's; the row may well take this one.
      if (wasAsked && there && isOpen(there) && (item.late || isOwn(item, there))) return AGAIN;
      return answerRefused(item, there);
    }
    this.#claimed.delete(id);
    const { visit, traceparent } = row;
    const cause = {
      type: 'answer',
      id: row.id,
      visit,
      outcome: item.outcome,
      attempts: attemptsOf(row),
    } as const;
    // What nobody answers, and only a deadline ends, may be days after what asked for it.
    const own = item.traceparent ?? null;
    const { outcome, reason } = this.#sagas.apply(item.sagaId, cause, own ?? traceparent, own !== null);
    if (item.late) return sent(outcome === 'refused' ? 'ignored' : outcome, reason ?? null, false);
    return CLAIMED;
  }

  /** A timer that is due. */
  timer(item: TimerItem): Verdict {
    const row = this.#claimed.get(rowId(item.sagaId, item.key));
    if (!row) return done(false);
    const { id, visit, traceparent } = row;
    this.#sagas.apply(item.sagaId, { type: 'timer', id, visit }, traceparent, false);
    return CLAIMED;
  }

  /** A published event that its subscriber has taken. */
  published(item: { readonly sagaId: string; readonly key: string }): Verdict {
    return this.#claimed.has(rowId(item.sagaId, item.key)) ? CLAIMED : done(false);
  }
}

function answerRefused(item: AnswerItem, row: ClaimedRow | undefined): Verdict {
  if (!item.late) return done(row !== undefined && isOwn(item, row) && isOver(row));
  if (!row) return failed(new SagaError('ANSWER_UNKNOWN', `no step waits for '${item.sagaId}:${item.key}'`));
  const duplicate = row.status === 'settled';
  return sent('ignored', duplicate ? 'ALREADY_ANSWERED' : `STEP_${row.status.toUpperCase()}`, duplicate);
}

/** Whether it was this very answer that was taken, by a commit whose own answer was lost. */
function isOwn(item: AnswerItem, row: ClaimedRow): boolean {
  // Of a row that was never tried again, the attempt says as much as the lease.
  return row.isForgotten
    ? item.row?.attempt === row.attempt
    : item.lease !== null && row.lease === item.lease;
}

/** A row that was ever leased has been begun, even if its attempts were counted anew since. */
function attemptsOf(row: ClaimedRow): number {
  return row.lease === null ? row.attempt : Math.max(row.attempt, 1);
}

function isOpen({ status }: ClaimedRow): boolean {
  return status === 'pending' || status === 'leased' || status === 'awaiting';
}

function isOver({ status }: ClaimedRow): boolean {
  return status === 'settled' || status === 'awaiting' || status === 'parked';
}
