import { applyAdmin } from './apply-admin.js';
import { giveAnswer, keepAnswer, settleAnswer } from './apply-answer.js';
import { type Applied, applyEvent, applyTimer, parkCause } from './apply-event.js';
import { carryActions } from './carry-actions.js';
import type { AnswerCause, Cause, EventCause, UpgradeCause } from './cause.js';
import type { Decision } from './decision.js';
import { stabilize } from './deliver.js';
import { describeIssues } from './describe-issues.js';
import { type Draft, finish, NONE, openDraft, record, revert, storedCause } from './draft.js';
import type { Envelope, StepRun } from './envelope.js';
import { assertContext, assertJson, type Json } from './json.js';
import { park } from './park.js';
import { plainCause } from './plain-outcome.js';
import type { AnySaga } from './saga-definition.js';
import { messageOf, SagaError } from './saga-error.js';
import { assertSagaId } from './saga-id.js';
import { upgradeSaga } from './upgrade-saga.js';
import { enter } from './xstate-seam.js';

/** What {@link begin} takes. */
export interface Beginning {
  readonly sagaId: string;
  readonly input: unknown;
  /** Database time, milliseconds since the epoch. */
  readonly at: number;
  /** Who starts it, for the history. */
  readonly actor: string;
  /** Events that came before the saga, in order of arrival. */
  readonly early?: readonly EventCause[];
}

/**
 * Starts a saga: enters the machine's initial state and says what to do. Pure.
 *
 * @throws SagaError `SAGA_ID_INVALID`, `INPUT_INVALID`, `DECIDE_FAILED`, `NOT_JSON`, `CONTEXT_TOO_LARGE`: nothing
 *   has happened, the caller gets the error
 */
export function begin(saga: AnySaga, beginning: Beginning): Decision {
  const { sagaId, at, actor } = beginning;
  assertSagaId(sagaId);
  const input = parseInput(saga, beginning.input);
  const draft = enterMachine(saga, sagaId, input, at);
  const start = { type: 'start' as const, input };
  record(draft, { event: 'start', outcome: 'applied', from: null, actor, cause: start });
  guard(() => stabilize(draft));
  // One decision each, as the history tells them: replaying it must come to the same.
  return (beginning.early ?? []).reduce<Decision>(
    (before, event) => {
      const next = decide(saga, before.envelope, event, at);
      return {
        ...next,
        outcome: 'applied',
        effects: [...before.effects, ...next.effects],
        history: [...before.history, ...next.history],
      };
    },
    finish(draft, 'applied'),
  );
}

/**
 * Decides what one cause does to a saga. Pure: the same arguments give the same decision.
 *
 * It doesn't throw for what the saga's own functions throw: the saga is then parked, with the cause kept.
 *
 * @param at - database time, milliseconds since the epoch
 * @throws SagaError `SAGA_UNKNOWN`, `FINGERPRINT_MISMATCH`, `SNAPSHOT_INVALID`: the envelope isn't this definition's
 */
export function decide(saga: AnySaga, envelope: Envelope, cause: Cause, at: number): Decision {
  if (cause.type === 'upgrade') return upgradeSaga(saga, envelope, cause, at);
  const draft = openDraft(saga, envelope, at);
  const { outcome, reason } = apply(draft, plainCause(cause));
  return finish(draft, outcome, reason);
}

function apply(draft: Draft, cause: Exclude<Cause, UpgradeCause>): Applied {
  switch (cause.type) {
    case 'event':
      return applySafely(draft, cause, () => applyEvent(draft, cause));
    case 'timer':
      return applySafely(draft, cause, () => applyTimer(draft, cause));
    case 'answer':
      return applyAnswer(draft, cause);
    default:
      return applySafely(draft, cause, () => applyAdmin(draft, cause));
  }
}

function applyAnswer(draft: Draft, cause: AnswerCause): Applied {
  let run: StepRun | undefined;
  const settled = applySafely(
    draft,
    cause,
    () => {
      const result = settleAnswer(draft, cause);
      if (!('forMachine' in result)) return result;
      run = result.forMachine;
      return { outcome: 'applied' };
    },
    false,
  );
  const answered = run;
  if (!answered) return followUp(draft, settled);
  if (draft.parked.length > 0) return keepAnswer(draft, cause, answered);
  return applySafely(draft, cause, () => giveAnswer(draft, cause, answered));
}

/** What the ledger learned may let undos begin; that is the library's own work. */
function followUp(draft: Draft, settled: Applied): Applied {
  const copy = { ...draft };
  try {
    stabilize(draft);
    return settled;
  } catch (thrown) {
    revert(draft, copy);
    park(draft, { code: 'DECIDE_FAILED', message: messageOf(thrown) });
    return settled;
  }
}

/** Applies a cause and what follows from it. Where the saga's own functions throw, goes back and parks. */
function applySafely(
  draft: Draft,
  cause: Exclude<Cause, UpgradeCause>,
  work: () => Applied,
  follow = true,
): Applied {
  const copy = { ...draft };
  try {
    const applied = work();
    if (follow && applied.outcome !== 'refused') stabilize(draft);
    return applied;
  } catch (thrown) {
    revert(draft, copy);
    const reason = `PARKED: ${messageOf(thrown)}`;
    const label = labelOf(cause);
    const actor = 'actor' in cause ? cause.actor : 'system';
    const stored = cause.type === 'event' ? { ...cause, accepted: true } : cause;
    parkCause(draft, { cause: storedCause(stored), at: draft.at }, thrown);
    record(draft, { event: label, outcome: 'deferred', reason, from: draft.live.value, actor, cause });
    return { outcome: 'deferred', reason };
  }
}

function labelOf(cause: Cause): string {
  if (cause.type === 'event') return cause.event.type;
  return cause.type === 'answer' ? `${cause.id}.${cause.outcome.kind}` : cause.type;
}

function enterMachine(saga: AnySaga, sagaId: string, input: unknown, at: number): Draft {
  return guard(() => {
    const move = enter(saga.machine, input);
    assertContext(move.live.context);
    const draft: Draft = {
      ...blankBooks,
      definition: saga,
      sagaId,
      saga: saga.name,
      version: saga.version,
      fingerprint: saga.fingerprint,
      at,
      live: move.live,
    };
    carryActions(draft, move.actions);
    return draft;
  });
}

const blankBooks = {
  obligations: NONE,
  runs: NONE,
  timers: NONE,
  deferred: NONE,
  kept: NONE,
  parked: NONE,
  visits: {},
  compensated: false,
  pivoted: false,
  seq: 0,
  published: 0,
  started: 0,
  effects: NONE,
  history: NONE,
  inner: NONE,
} as const;

function parseInput(saga: AnySaga, input: unknown): Json {
  const fail = (message: string) => {
    throw new SagaError('INPUT_INVALID', `input of saga '${saga.name}': ${message}`);
  };
  const parsed = saga.input?.safeParse(input);
  if (parsed && !parsed.success) fail(describeIssues(parsed.error, 'input'));
  const value: unknown = (parsed ? parsed.data : input) ?? null;
  try {
    assertJson(value, 'input');
  } catch (thrown) {
    fail(messageOf(thrown));
  }
  // A copy: the saga's context may be made of it, and stays in memory from decision to decision.
  return JSON.parse(JSON.stringify(value)) as Json;
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof SagaError) throw thrown;
    throw new SagaError('DECIDE_FAILED', messageOf(thrown), undefined, { cause: thrown });
  }
}
