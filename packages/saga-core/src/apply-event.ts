import type { EventCause, TimerCause } from './cause.js';
import type { Outcome } from './decision.js';
import { CAUSE_KEY, deliver } from './deliver.js';
import { describeIssues } from './describe-issues.js';
import { type Draft, record, storedCause } from './draft.js';
import type { KeptCause } from './envelope.js';
import { eventLedger } from './event-ledger.js';
import { assertJson, type JsonObject } from './json.js';
import { park } from './park.js';
import type { AnySaga } from './saga-definition.js';
import { messageOf } from './saga-error.js';
import { selects } from './xstate-seam.js';

/** How many events a saga keeps undelivered before it takes no more. */
export const MAX_MAILBOX = 1_000;

/** What applying a cause came to. */
export interface Applied {
  readonly outcome: Outcome;
  readonly reason?: string;
}

/**
 * Checks an event that comes from outside: declared, not one of XState's own, its payload by its schema.
 *
 * @returns the event with its parsed payload, or why it can't be taken
 */
export function admitEvent(
  saga: AnySaga,
  event: { readonly type: string },
  override: boolean,
): { readonly event: JsonObject & { readonly type: string } } | { readonly refusal: string } {
  const { type, ...payload } = event;
  const declared = Object.hasOwn(saga.events, type) ? saga.events[type] : undefined;
  if (!declared || type.startsWith('xstate.') || (type === saga.override && !override)) {
    return { refusal: `EVENT_NOT_DECLARED: '${type}' is not a public event of saga '${saga.name}'` };
  }
  try {
    assertJson(payload, `event '${type}'`);
  } catch (thrown) {
    return { refusal: `EVENT_INVALID: ${messageOf(thrown)}` };
  }
  const parsed = declared.schema.safeParse(payload);
  if (!parsed.success) {
    return { refusal: `EVENT_INVALID: ${describeIssues(parsed.error, type)}` };
  }
  const admitted = { ...(parsed.data as JsonObject), type };
  try {
    // A schema may make something else of it, which has to be kept as well.
    assertJson(admitted, `event '${type}'`);
  } catch (thrown) {
    return { refusal: `EVENT_INVALID: ${messageOf(thrown)}` };
  }
  return { event: admitted };
}

/**
 * Applies a public event: taken, deferred, kept, ignored with a reason, or refused.
 *
 * @param kept - where it comes anew because the saga goes on
 */
export function applyEvent(draft: Draft, cause: EventCause, kept?: KeptCause): Applied {
  const { actor } = cause;
  const entry = { event: cause.event.type, actor, ...(!kept && { cause }) };
  const from = draft.live.value;
  const note = (outcome: 'ignored' | 'deferred', reason: string): Applied => {
    record(draft, { ...entry, outcome, reason, from });
    return { outcome, reason };
  };
  const refuse = (reason: string): Applied =>
    cause.accepted ? note('ignored', reason) : { outcome: 'refused', reason };

  // A schema may not take what it has made.
  const admitted =
    kept?.expiresAt === undefined
      ? admitEvent(draft.definition, cause.event, cause.override ?? false)
      : { event: cause.event };
  if ('refusal' in admitted) return refuse(admitted.refusal);
  if (cause.override && draft.pivoted)
    return refuse('OVERRIDE_REFUSED: there is no way back any more, only forward');
  if (draft.parked.length > 0) {
    if (isFull(draft) && !cause.accepted)
      return refuse('MAILBOX_FULL: the saga is parked and keeps no more events');
    const receivedAt = cause.receivedAt ?? draft.at;
    draft.kept = [
      ...draft.kept,
      { cause: storedCause({ ...cause, accepted: true, receivedAt }), at: draft.at },
    ];
    return note('deferred', 'PARKED');
  }
  const selection = selects(draft.definition.machine, draft.live, admitted.event);
  if (selection === 'inert') return note('ignored', 'IGNORED_ON_PURPOSE');
  if (selection === 'some') {
    eventLedger(draft, admitted.event);
    deliver(draft, admitted.event, entry);
    return { outcome: 'applied' };
  }
  if (cause.override) return refuse('OVERRIDE_REFUSED: the machine has no such edge here');
  const ttlMs = draft.definition.events[cause.event.type]?.defer?.ttlMs;
  if (ttlMs === undefined) return note('ignored', 'NOT_HANDLED');
  if (isFull(draft) && !cause.accepted) return refuse('MAILBOX_FULL: the saga keeps no more deferred events');
  const { messageId, receivedAt = kept?.at ?? draft.at } = cause;
  // While it was kept no state could have taken it: that doesn't count.
  const stoodStillMs = kept ? draft.at - kept.at : 0;
  const expiresAt = (kept?.expiresAt ?? receivedAt + ttlMs) + stoodStillMs;
  draft.deferred = [...draft.deferred, { messageId, event: admitted.event, actor, receivedAt, expiresAt }];
  return note('deferred', 'NOT_HANDLED_YET');
}

/** Applies a timer that is due. One that isn't armed any more, or was armed anew, is ignored. */
export function applyTimer(draft: Draft, cause: TimerCause, resumed = false): Applied {
  const from = draft.live.value;
  const entry = { event: timerLabel(cause.id), actor: 'timer', ...(!resumed && { cause }) };
  const note = (outcome: 'ignored' | 'deferred', reason: string): Applied => {
    record(draft, { ...entry, outcome, reason, from });
    return { outcome, reason };
  };
  const armed = draft.timers.find((timer) => timer.id === cause.id && timer.visit === cause.visit);
  if (!armed) return note('ignored', 'TIMER_NOT_ARMED');
  if (draft.parked.length > 0) {
    // It stays armed in the books, so that leaving its state before the resume still cancels it.
    draft.kept = [...draft.kept, { cause: storedCause(cause), at: draft.at }];
    return note('deferred', 'PARKED');
  }
  draft.timers = draft.timers.filter((timer) => timer !== armed);
  const selection = deliver(draft, armed.event, entry);
  if (selection === 'some') return { outcome: 'applied' };
  return note('ignored', selection === 'inert' ? 'IGNORED_ON_PURPOSE' : 'NOT_HANDLED');
}

/** The machine's own code threw: the cause is kept, and decided again when a person resumes the saga. */
export function parkCause(draft: Draft, kept: Draft['kept'][number], thrown: unknown): void {
  draft.kept = [{ ...kept, threw: true }, ...draft.kept];
  park(draft, { code: 'DECIDE_FAILED', message: messageOf(thrown), key: CAUSE_KEY });
}

/** `xstate.after.TTL.order.RESERVED` as people call it: `timer.TTL`; other timers by their id. */
function timerLabel(id: string): string {
  const [, name] = /^xstate\.after\.([^.]+)\./.exec(id) ?? [];
  return `timer.${name ?? id}`;
}

function isFull(draft: Draft): boolean {
  return draft.kept.length + draft.deferred.length >= MAX_MAILBOX;
}
