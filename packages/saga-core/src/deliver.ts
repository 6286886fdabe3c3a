import type { EventObject } from 'xstate';
import { advanceCompensation } from './advance-compensation.js';
import { carryActions } from './carry-actions.js';
import type { EventCause } from './cause.js';
import { type Draft, type InnerEvent, moveTo, record, revert, storedCause } from './draft.js';
import type { DeferredEvent } from './envelope.js';
import { eventLedger } from './event-ledger.js';
import { park } from './park.js';
import { messageOf, SagaError } from './saga-error.js';
import { settleRest } from './settle-rest.js';
import { isInvoked, parkUnbegun } from './steps-in-flight.js';
import { doneEvent, errorEvent, selects, take } from './xstate-seam.js';

/** How many events of the machine's own one decision may take before it counts as looping. */
const MAX_OWN = 5_000;

/** The key under which a cause that made the machine throw is skipped. */
export const CAUSE_KEY = 'cause';

/** What {@link deliver} records of an event that was taken. */
export interface DeliveryEntry {
  readonly event: string;
  readonly actor: string;
  readonly cause?: Parameters<typeof record>[1]['cause'];
}

/** Gives the machine an event, if a transition takes it, and records that. Throws what the machine's code throws. */
export function deliver(draft: Draft, event: EventObject, entry: DeliveryEntry): 'none' | 'inert' | 'some' {
  const { machine } = draft.definition;
  const selection = selects(machine, draft.live, event);
  if (selection !== 'some') return selection;
  const from = draft.live.value;
  const move = take(machine, draft.live, event);
  moveTo(draft, move.live);
  carryActions(draft, move.actions);
  record(draft, { ...entry, outcome: 'applied', from });
  return 'some';
}

/**
 * Carries on until nothing more follows from what has happened: undos begin or end, answers that the decision made
 * up itself are given, deferred events are offered again, and a saga that came to rest is looked at.
 */
export function stabilize(draft: Draft): void {
  for (let own = 0; own < MAX_OWN; ) {
    advanceCompensation(draft);
    const [next, ...later] = draft.inner;
    if (next) {
      draft.inner = later;
      deliverInner(draft, next);
      own += 1;
    } else if (!offerDeferred(draft)) {
      // What was deferred is fewer each time, however many there are; the rest may begin anew for ever.
      if (!settleRest(draft)) return;
      own += 1;
    }
  }
  throw new SagaError(
    'DECIDE_FAILED',
    `the machine doesn't come to a stop after ${MAX_OWN} events of its own`,
  );
}

function deliverInner(draft: Draft, inner: InnerEvent): void {
  const from = draft.live.value;
  if (inner.type === 'compensated') {
    const entry = { event: 'compensate.done', actor: 'system' };
    const given = deliver(draft, doneEvent(inner.id, { undone: inner.undone }), entry);
    if (given !== 'some') record(draft, { ...entry, outcome: 'ignored', reason: 'NOT_HANDLED', from });
    return;
  }
  const message = `step '${inner.step}' is not begun while the saga is undoing`;
  const failure = { kind: 'declined' as const, code: 'compensating', message };
  const entry = { event: `${inner.step}.declined`, actor: 'system' };
  const event = errorEvent(inner.id, failure);
  // XState would go into its error status for good where no transition takes an error.
  const given = deliver(draft, event, entry);
  if (given === 'some') return;
  if (given === 'none' && isInvoked(draft, inner.id)) parkUnbegun(draft, inner, message);
  record(draft, { ...entry, outcome: 'ignored', reason: failure.code, from });
}

/** Offers the deferred events again, oldest first; true as soon as one was taken, dropped or parked. */
function offerDeferred(draft: Draft): boolean {
  if (draft.parked.length > 0) return false;
  for (const one of draft.deferred) {
    const copy = { ...draft };
    try {
      if (draft.at > one.expiresAt ? expire(draft, one) : offer(draft, one)) return true;
    } catch (thrown) {
      revert(draft, copy);
      keepDeferred(draft, one, thrown);
      return true;
    }
  }
  return false;
}

function offer(draft: Draft, one: DeferredEvent): boolean {
  const selection = selects(draft.definition.machine, draft.live, one.event);
  if (selection === 'none') return false;
  if (selection === 'inert') {
    drop(draft, one, 'IGNORED_ON_PURPOSE');
    return true;
  }
  draft.deferred = draft.deferred.filter((other) => other !== one);
  eventLedger(draft, one.event);
  deliver(draft, one.event, { event: one.event.type, actor: one.actor });
  return true;
}

/** The machine doesn't hear of it any more. What it tells of the world is true all the same. */
function expire(draft: Draft, one: DeferredEvent): true {
  const before = draft.obligations;
  eventLedger(draft, one.event);
  const isNews = draft.obligations !== before;
  drop(draft, one, isNews ? 'DEFER_EXPIRED: the ledger alone has taken it' : 'DEFER_EXPIRED');
  return true;
}

function drop(draft: Draft, one: DeferredEvent, reason: string): void {
  draft.deferred = draft.deferred.filter((other) => other !== one);
  const from = draft.live.value;
  record(draft, { event: one.event.type, actor: one.actor, outcome: 'ignored', reason, from });
}

function keepDeferred(draft: Draft, one: DeferredEvent, thrown: unknown): void {
  draft.deferred = draft.deferred.filter((other) => other !== one);
  const { messageId, event, actor, receivedAt, expiresAt } = one;
  const cause: EventCause = { type: 'event', messageId, event, actor, accepted: true, receivedAt };
  draft.kept = [{ cause: storedCause(cause), at: draft.at, threw: true, expiresAt }, ...draft.kept];
  park(draft, { code: 'DECIDE_FAILED', message: messageOf(thrown), key: CAUSE_KEY });
}
