import {
  type AnySaga,
  admitEvent,
  begin,
  type Cause,
  type Decision,
  ERROR_CODES,
  type EventCause,
  messageOf,
  overrideCause,
  SagaError,
  type SagaErrorCode,
  upgradeResultOf,
  upgradeSaga,
} from '@countermand/saga-core';
import type {
  AdminItem,
  AnswerItem,
  InboxItem,
  MoveItem,
  MoveResult,
  SendItem,
  StartItem,
  TimerItem,
  UpgradeItem,
} from './move-item.js';
import type { ClaimedRow, Claims, InboxRow, InboxWrite } from './ports/store.js';
import { rowId } from './ports/store.js';
import { SagaFold } from './saga-fold.js';
import type { SagaRegistry } from './saga-registry.js';

/** What became of one item, before the commit. */
export interface Verdict {
  readonly result: MoveResult;
  /** Its outbox row was claimed. */
  readonly isClaimed?: boolean;
}

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
): Decided {
  const batch = new Batch(claims, reserved, registry);
  const verdicts = items.map((item) => batch.decide(item));
  return {
    verdicts,
    folds: [...batch.folds.values()],
    received: [...batch.received.values()],
    decided: batch.decided,
  };
}

class Batch {
  readonly folds = new Map<string, SagaFold>();
  readonly received = new Map<string, InboxWrite>();
  readonly #decided = new Map<string, InboxWrite>();
  readonly #claims: Claims;
  readonly #reserved: ReadonlySet<string>;
  readonly #registry: SagaRegistry;
  readonly #claimed: Map<string, ClaimedRow>;
  /** Rows that an answer of this batch was for. */
  readonly #asked = new Set<string>();
  /** Sagas with which this batch does nothing more. */
  readonly #closed = new Set<string>();

  constructor(claims: Claims, reserved: ReadonlySet<string>, registry: SagaRegistry) {
    this.#claims = claims;
    this.#reserved = reserved;
    this.#registry = registry;
    this.#claimed = new Map(claims.claimed);
  }

  get decided(): readonly InboxWrite[] {
    return [...this.#decided.values()];
  }

  decide(item: MoveItem): Verdict {
    if (this.#claims.busy.has(item.sagaId) || this.#closed.has(item.sagaId)) return AGAIN;
    switch (item.kind) {
      case 'start':
        return this.#start(item);
      case 'send':
        return this.#send(item);
      case 'inbox':
        return this.#inbox(item);
      case 'answer':
        return this.#answer(item);
      case 'timer':
        return this.#timer(item);
      case 'admin':
        return this.#admin(item);
      case 'upgrade':
        return this.#upgrade(item);
      case 'published':
        return this.#claimed.has(rowId(item.sagaId, item.key))
          ? { ...done(true), isClaimed: true }
          : done(false);
    }
  }

  #start(item: StartItem): Verdict {
    const { sagaId, nonce, inputHash, saga, traceparent = null } = item;
    const stored = this.#claims.sagas.get(sagaId);
    const own = this.folds.get(sagaId);
    const before = stored
      ? { saga: stored.saga, nonce: stored.startNonce, inputHash: stored.inputHash }
      : own?.start && { saga: own.definition.name, ...own.start };
    if (before) {
      if (before.nonce === nonce) return started(sagaId, true);
      if (before.saga === saga.name && before.inputHash === inputHash) return started(sagaId, false);
      const what = before.saga === saga.name ? 'with another input' : `as '${before.saga}'`;
      return failed(new SagaError('START_CONFLICT', `saga ${sagaId} was started before, ${what}`));
    }
    const early = this.#earlyOf(sagaId);
    try {
      const decision = begin(saga, {
        sagaId,
        input: item.input,
        at: this.#claims.now,
        actor: item.actor,
        early: early.map(eventOf),
      });
      this.folds.set(
        sagaId,
        SagaFold.begun(saga, decision, { nonce, inputHash, traceparent }, this.#claims.now),
      );
      for (const row of early) {
        const { status, reason } = earlyOutcome(decision, row);
        this.#settleInbox(row, status, reason);
      }
      return started(sagaId, true);
    } catch (error) {
      return failed(asSagaError(error));
    }
  }

  #send(item: SendItem): Verdict {
    const { sagaId, messageId } = item;
    const id = rowId(sagaId, messageId);
    const before = this.#claims.inbox.get(id) ?? this.received.get(id);
    if (before) return sent(before.status, before.reason, before.nonce !== item.nonce);
    if (!this.#exists(sagaId)) return this.#sendEarly(item);
    const fold = this.#fold(sagaId);
    // Another version's: whoever knows it decides. An override is made by the definition, so there is nothing to keep.
    if (!fold && item.override) return failed(this.#unknown(sagaId));
    if (!fold) return this.#receive(item, 'pending', null);
    let cause: EventCause;
    try {
      cause = causeOf(item, fold.definition);
    } catch (error) {
      return failed(asSagaError(error));
    }
    const { outcome, reason = null } = fold.apply(cause, item.traceparent);
    return outcome === 'refused' ? failed(refusal(reason)) : this.#receive(item, outcome, reason);
  }

  #sendEarly(item: SendItem): Verdict {
    const { sagaId, event } = item;
    const deferMs = item.override ? undefined : this.#registry.deferMs(event.type);
    if (deferMs === undefined) return failed(new SagaError('SAGA_NOT_FOUND', `there is no saga ${sagaId}`));
    const refused = refusalOf(this.#registry.sagas, event);
    if (refused !== undefined) return failed(refusal(refused));
    // Somebody is about to start it: the sweeper will match them.
    if (!this.#reserved.has(sagaId)) return this.#receive(item, 'pending', null);
    return this.#receive(item, 'early', 'SAGA_NOT_STARTED', this.#claims.now + deferMs);
  }

  #receive(
    item: SendItem,
    status: InboxRow['status'],
    reason: string | null,
    expiresAt: number | null = null,
  ): Verdict {
    const { sagaId, messageId, actor, nonce, traceparent = null } = item;
    const event = status === 'pending' || status === 'early' ? item.event : null;
    const row = { sagaId, messageId, status, reason, event, actor, nonce, traceparent, expiresAt };
    this.received.set(rowId(sagaId, messageId), row);
    return sent(status, reason, false);
  }

  #inbox(item: InboxItem): Verdict {
    const id = rowId(item.sagaId, item.messageId);
    const row = this.#claims.inbox.get(id);
    // The saga's start, earlier in this batch, has taken what came before it.
    if (this.#decided.has(id)) return done(false);
    if (!row?.event || (row.status !== 'pending' && row.status !== 'early')) return done(false);
    if (!this.#exists(item.sagaId)) return this.#inboxEarly(row, row.event.type);
    const fold = this.#fold(item.sagaId);
    if (!fold) return done(false);
    const { outcome, reason = null } = fold.apply(eventOf(row), row.traceparent);
    // An accepted event can't be refused: decide records it as ignored.
    this.#settleInbox(row, outcome === 'refused' ? 'ignored' : outcome, reason);
    return done(true);
  }

  #inboxEarly(row: InboxRow, type: string): Verdict {
    const deferMs = this.#registry.deferMs(type);
    if (deferMs === undefined) {
      if (!this.#registry.declares(type)) return done(false);
      this.#settleInbox(row, 'ignored', 'SAGA_NOT_FOUND');
    } else {
      if (!this.#reserved.has(row.sagaId)) return done(false);
      const expiresAt = row.receivedAt + deferMs;
      this.#decided.set(rowId(row.sagaId, row.messageId), {
        ...row,
        status: 'early',
        reason: 'SAGA_NOT_STARTED',
        expiresAt,
      });
    }
    return done(true);
  }

  #settleInbox(row: InboxRow, status: InboxRow['status'], reason: string | null): void {
    this.#decided.set(rowId(row.sagaId, row.messageId), {
      ...row,
      status,
      reason,
      event: null,
      expiresAt: null,
    });
  }

  #answer(item: AnswerItem): Verdict {
    const id = rowId(item.sagaId, item.key);
    const row = this.#claimed.get(id);
    const wasAsked = this.#asked.has(id);
    this.#asked.add(id);
    if (!row && this.#claims.leftToOthers.has(id))
      return item.late ? sent('pending', null, false) : done(true);
    if (!row) {
      const there = this.#claims.refused.get(id) ?? this.#claims.claimed.get(id);
      // The claim of this batch was the other answer's, `later()` say; the row may well take this one.
      if (item.late && wasAsked && there && isOpen(there)) return AGAIN;
      return this.#answerRefused(item, there);
    }
    this.#claimed.delete(id);
    const cause: Cause = {
      type: 'answer',
      id: row.id,
      visit: row.visit,
      outcome: item.outcome,
      attempts: attemptsOf(row),
    };
    const { outcome, reason } = this.#apply(item.sagaId, cause, row.traceparent);
    if (item.late) return sent(outcome === 'refused' ? 'ignored' : outcome, reason ?? null, false);
    return { result: { kind: 'done', applied: true }, isClaimed: true };
  }

  #answerRefused(item: AnswerItem, row: ClaimedRow | undefined): Verdict {
    if (!item.late)
      return done(row !== undefined && item.lease !== null && row.lease === item.lease && isOver(row));
    if (!row)
      return failed(new SagaError('ANSWER_UNKNOWN', `no step waits for '${item.sagaId}:${item.key}'`));
    const reason = row.status === 'settled' ? 'ALREADY_ANSWERED' : `STEP_${row.status.toUpperCase()}`;
    return {
      result: { kind: 'sent', result: { outcome: 'ignored', reason, duplicate: row.status === 'settled' } },
    };
  }

  #timer(item: TimerItem): Verdict {
    const row = this.#claimed.get(rowId(item.sagaId, item.key));
    if (!row) return done(false);
    this.#apply(item.sagaId, { type: 'timer', id: row.id, visit: row.visit }, row.traceparent);
    return { ...done(true), isClaimed: true };
  }

  #admin(item: AdminItem): Verdict {
    if (!this.#exists(item.sagaId))
      return failed(new SagaError('SAGA_NOT_FOUND', `there is no saga ${item.sagaId}`));
    try {
      const fold = this.#known(item.sagaId);
      const wasStuck = item.cause.type === 'retry' && fold.clearError();
      const { outcome, reason = 'NOT_PARKED' } = fold.apply(item.cause);
      return outcome === 'refused' && !wasStuck ? failed(refusal(reason)) : done(true);
    } catch (error) {
      return failed(asSagaError(error));
    }
  }

  #upgrade({ sagaId, to, structures, actor }: UpgradeItem): Verdict {
    const stored = this.#claims.sagas.get(sagaId);
    if (!stored) return failed(new SagaError('SAGA_NOT_FOUND', `there is no saga ${sagaId}`));
    // What this batch has done to it already is told to nobody yet; the next batch sees it.
    if (this.folds.has(sagaId)) return AGAIN;
    const { now } = this.#claims;
    const cause = { type: 'upgrade', to: to.version, actor } as const;
    const before = { structure: structures.get(stored.version) };
    const decision = upgradeSaga(to, stored.envelope, cause, now, before);
    const result = upgradeResultOf(decision);
    if (result.outcome === 'upgraded' || result.outcome === 'parked') {
      this.folds.set(sagaId, SagaFold.upgraded(to, stored, decision, now));
      this.#closed.add(sagaId);
    }
    return { result: { kind: 'upgraded', result } };
  }

  #apply(sagaId: string, cause: Cause, traceparent: string | null): Decision {
    return this.#known(sagaId).apply(cause, traceparent);
  }

  /** @throws SagaError `SAGA_UNKNOWN`: the whole batch goes back, for the row was claimed already */
  #known(sagaId: string): SagaFold {
    const fold = this.#fold(sagaId);
    if (fold) return fold;
    throw this.#unknown(sagaId);
  }

  #unknown(sagaId: string): SagaError {
    const stored = this.#claims.sagas.get(sagaId);
    return new SagaError(
      'SAGA_UNKNOWN',
      `saga ${sagaId} is of '${stored?.saga}' version ${stored?.version}, unknown here`,
    );
  }

  #fold(sagaId: string): SagaFold | undefined {
    const open = this.folds.get(sagaId);
    if (open) return open;
    const stored = this.#claims.sagas.get(sagaId);
    const definition = stored && this.#registry.find(stored.saga, stored.version);
    if (!definition) return undefined;
    const fold = SagaFold.of(definition, stored, this.#claims.now);
    this.folds.set(sagaId, fold);
    return fold;
  }

  #exists(sagaId: string): boolean {
    return this.#claims.sagas.has(sagaId) || this.folds.has(sagaId);
  }

  #earlyOf(sagaId: string): InboxRow[] {
    const rows = [...this.#claims.inbox.values()].filter(
      (row) => row.sagaId === sagaId && row.event && (row.status === 'early' || row.status === 'pending'),
    );
    const isOpen = ({ expiresAt }: InboxRow) => expiresAt === null || expiresAt > this.#claims.now;
    return rows.filter(isOpen).sort((a, b) => a.receivedAt - b.receivedAt);
  }
}

const AGAIN: Verdict = { result: { kind: 'again' } };

function done(applied: boolean): Verdict {
  return { result: { kind: 'done', applied } };
}

function failed(error: Error): Verdict {
  return { result: { kind: 'failed', error } };
}

function started(id: string, created: boolean): Verdict {
  return { result: { kind: 'started', result: { id, created } } };
}

function sent(status: InboxRow['status'], reason: string | null, duplicate: boolean): Verdict {
  const outcome =
    status === 'pending' || status === 'stuck' ? 'accepted' : status === 'early' ? 'deferred' : status;
  return { result: { kind: 'sent', result: { outcome, duplicate, ...(reason !== null && { reason }) } } };
}

/** `CODE` or `CODE: text`, as decisions give their reasons. */
function refusal(reason: string | null): SagaError {
  const [, code = '', text = ''] = /^([A-Z_]+)(?:: )?(.*)$/s.exec(reason ?? '') ?? [];
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as SagaErrorCode) : 'EVENT_INVALID';
  return new SagaError(known, text || ERROR_CODES[known]);
}

function asSagaError(error: unknown): SagaError {
  if (error instanceof SagaError) return error;
  return new SagaError('DECIDE_FAILED', messageOf(error), undefined, { cause: error });
}

function causeOf(item: SendItem, saga: AnySaga): EventCause {
  const { messageId, event, actor, override } = item;
  if (override) return overrideCause(saga, { ...override, actor }, messageId);
  return { type: 'event', messageId, event, actor, accepted: false };
}

function eventOf(row: InboxRow): EventCause {
  const { messageId, actor, receivedAt } = row;
  const event = row.event ?? { type: '' };
  return { type: 'event', messageId, event, actor, accepted: true, receivedAt };
}

function earlyOutcome({ history }: Decision, row: InboxRow): Pick<InboxWrite, 'status' | 'reason'> {
  const entry = history.find(({ cause }) => cause?.type === 'event' && cause.messageId === row.messageId);
  return { status: entry?.outcome ?? 'deferred', reason: entry?.reason ?? null };
}

function refusalOf(sagas: readonly AnySaga[], event: { readonly type: string }): string | undefined {
  const declaring = sagas.filter((saga) => Object.hasOwn(saga.events, event.type));
  const answers = declaring.map((saga) => admitEvent(saga, event, false));
  const [first] = answers.flatMap((answer) => ('refusal' in answer ? answer.refusal : []));
  return answers.some((answer) => 'event' in answer) ? undefined : first;
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
