import { ERROR_CODES, messageOf, SagaError, type SagaErrorCode } from '@countermand/saga-core';
import type { MoveResult } from './move-item.js';
import type { InboxRow } from './ports/inbox-rows.js';

/** What became of one item, before the commit. */
export interface Verdict {
  readonly result: MoveResult;
  /** Its outbox row was claimed. */
  readonly isClaimed?: boolean;
}

/** The next batch tries. */
export const AGAIN: Verdict = { result: { kind: 'again' } };

const DONE: Verdict = { result: { kind: 'done', applied: true } };
const NOTHING_DONE: Verdict = { result: { kind: 'done', applied: false } };

/** What a claimed row of the outbox was for was done. */
export const CLAIMED: Verdict = { ...DONE, isClaimed: true };

/** A cause that has no answer but whether it did something. */
export function done(applied: boolean): Verdict {
  return applied ? DONE : NOTHING_DONE;
}

/** Whoever gave the item gets this error. */
export function failed(error: Error): Verdict {
  return { result: { kind: 'failed', error } };
}

/** The saga is there, begun by this start or by one like it. */
export function started(id: string, created: boolean): Verdict {
  return { result: { kind: 'started', result: { id, created } } };
}

/** What became of an event, as its sender is told. */
export function sent(status: InboxRow['status'], reason: string | null, duplicate: boolean): Verdict {
  const outcome =
    status === 'pending' || status === 'stuck' ? 'accepted' : status === 'early' ? 'deferred' : status;
  return { result: { kind: 'sent', result: { outcome, duplicate, ...(reason !== null && { reason }) } } };
}

/** The error of a refusal: its reason is `CODE` or `CODE: text`, as decisions give them. */
export function refusal(reason: string | null): SagaError {
  const [, code = '', text = ''] = /^([A-Z_]+)(?:: )?(.*)$/s.exec(reason ?? '') ?? [];
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as SagaErrorCode) : 'EVENT_INVALID';
  return new SagaError(known, text || ERROR_CODES[known]);
}

/** What a definition's own code threw, as an error of ours. */
export function asSagaError(error: unknown): SagaError {
  if (error instanceof SagaError) return error;
  return new SagaError('DECIDE_FAILED', messageOf(error), undefined, { cause: error });
}
