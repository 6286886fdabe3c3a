import {
  type AnySaga,
  admitEvent,
  type Decision,
  type EventCause,
  overrideCause,
  SagaError,
} from '@countermand/saga-core';
import type { BatchSagas } from './batch-sagas.js';
import type { InboxItem, SendItem } from './move-item.js';
import type { Claims } from './ports/claims.js';
import type { InboxRow, InboxWrite } from './ports/inbox-rows.js';
import { rowId } from './ports/row-id.js';
import type { SagaRegistry } from './saga-registry.js';
import { asSagaError, done, failed, refusal, sent, type Verdict } from './verdict.js';

/** The events of one batch: new ones, and those which the inbox has kept. */
export class BatchMessages {
  readonly #received = new Map<string, InboxWrite>();
  readonly #decided = new Map<string, InboxWrite>();
  readonly #sagas: BatchSagas;
  readonly #claims: Claims;
  readonly #reserved: ReadonlySet<string>;
  readonly #registry: SagaRegistry;

  /** @param reserved - ids of sagas that aren't there, and that nobody else can start meanwhile */
  constructor(sagas: BatchSagas, claims: Claims, reserved: ReadonlySet<string>, registry: SagaRegistry) {
    this.#sagas = sagas;
    this.#claims = claims;
    this.#reserved = reserved;
    this.#registry = registry;
  }

  /** New rows of the inbox. */
  get received(): readonly InboxWrite[] {
    return [...this.#received.values()];
  }

  /** Rows of the inbox that were there. */
  get decided(): readonly InboxWrite[] {
    return [...this.#decided.values()];
  }

  /** An event whose sender waits for what becomes of it. */
  send(item: SendItem): Verdict {
    const { sagaId, messageId } = item;
    const id = rowId(sagaId, messageId);
    const before = this.#claims.inbox.get(id) ?? this.#received.get(id);
    if (before) return sent(before.status, before.reason, before.nonce !== item.nonce);
    if (!this.#sagas.exists(sagaId)) return this.#sendEarly(item);
    const fold = this.#sagas.open(sagaId);
    // Another version's: whoever knows it decides. An override is made by the definition, so there is nothing to keep.
    if (!fold && item.override) return failed(this.#sagas.unknown(sagaId));
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

  /** An event that has been accepted before. */
  take(item: InboxItem): Verdict {
    const id = rowId(item.sagaId, item.messageId);
    const row = this.#claims.inbox.get(id);
    // The saga's start, earlier in this batch, has taken what came before it.
    if (this.#decided.has(id)) return done(false);
    if (!row?.event || (row.status !== 'pending' && row.status !== 'early')) return done(false);
    if (!this.#sagas.exists(item.sagaId)) return this.#takeEarly(row, row.event.type);
    const fold = this.#sagas.open(item.sagaId);
    if (!fold) return done(false);
    const { outcome, reason = null } = fold.apply(eventOf(row), row.traceparent);
    // An accepted event can't be refused: decide records it as ignored.
    this.#settle(row, outcome === 'refused' ? 'ignored' : outcome, reason);
    return done(true);
  }

  /** What came before its saga, and is still open, in order of arrival. */
  waitingFor(sagaId: string): readonly InboxRow[] {
    const rows = [...this.#claims.inbox.values()].filter(
      (row) => row.sagaId === sagaId && row.event && (row.status === 'early' || row.status === 'pending'),
    );
    const isOpen = ({ expiresAt }: InboxRow) => expiresAt === null || expiresAt > this.#claims.now;
    return rows.filter(isOpen).sort((a, b) => a.receivedAt - b.receivedAt);
  }

  /** A row that the start of its saga has taken. */
  settleEarly(row: InboxRow, { history }: Decision): void {
    const entry = history.find(({ cause }) => cause?.type === 'event' && cause.messageId === row.messageId);
    this.#settle(row, entry?.outcome ?? 'deferred', entry?.reason ?? null);
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
    this.#received.set(rowId(sagaId, messageId), row);
    return sent(status, reason, false);
  }

  #takeEarly(row: InboxRow, type: string): Verdict {
    const deferMs = this.#registry.deferMs(type);
    if (deferMs === undefined) {
      if (!this.#registry.declares(type)) return done(false);
      this.#settle(row, 'ignored', 'SAGA_NOT_FOUND');
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

  #settle(row: InboxRow, status: InboxRow['status'], reason: string | null): void {
    this.#decided.set(rowId(row.sagaId, row.messageId), {
      ...row,
      status,
      reason,
      event: null,
      expiresAt: null,
    });
  }
}

/** A row of the inbox as a cause. */
export function eventOf(row: InboxRow): EventCause {
  const { messageId, actor, receivedAt } = row;
  const event = row.event ?? { type: '' };
  return { type: 'event', messageId, event, actor, accepted: true, receivedAt };
}

function causeOf(item: SendItem, saga: AnySaga): EventCause {
  const { messageId, event, actor, note, override } = item;
  if (override) return overrideCause(saga, { ...override, actor }, messageId);
  const why = note === undefined ? undefined : { note };
  return { type: 'event', messageId, event, actor, accepted: false, ...why };
}

function refusalOf(sagas: readonly AnySaga[], event: { readonly type: string }): string | undefined {
  const declaring = sagas.filter((saga) => Object.hasOwn(saga.events, event.type));
  const answers = declaring.map((saga) => admitEvent(saga, event, false));
  const [first] = answers.flatMap((answer) => ('refusal' in answer ? answer.refusal : []));
  return answers.some((answer) => 'event' in answer) ? undefined : first;
}
