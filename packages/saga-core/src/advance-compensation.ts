import { addEffect, type Draft, nextVisit, removeRun } from './draft.js';
import type { Obligation, StepRun } from './envelope.js';
import { findObligation, obligationId } from './ledger.js';
import { park } from './park.js';
import { messageOf } from './saga-error.js';
import { idempotencyKey, rowKey } from './saga-id.js';
import { toUndo } from './settle-rest.js';
import { dispatch, newRun, parseStepInput } from './steps-in-flight.js';

/**
 * Begins the next undo of a compensation that is under way, or ends it when nothing is left to undo.
 *
 * One undo at a time, newest start first. It waits for attempts in flight that could still change the ledger, but
 * not for answers that come later, those of undos included. What is stuck, or waits for such an answer, is passed
 * over, together with what depends on it.
 */
export function advanceCompensation(draft: Draft): void {
  dropIdleProbes(draft);
  if (!draft.compensation || draft.runs.some(mustSettleFirst)) return;
  const open = toUndo(draft);
  for (const one of open) {
    if (isHeldUp(draft, one) || open.some((other) => dependsOn(one, other) && isHeldUp(draft, other)))
      continue;
    if (beginUndo(draft, one)) return;
  }
  if (open.length > 0) return;
  const { invokes, undone } = draft.compensation;
  // While the saga is parked the machine isn't moved, not by this either.
  if (invokes.length > 0 && draft.parked.length > 0) return;
  delete draft.compensation;
  const ended = invokes.map(({ id }) => ({ type: 'compensated' as const, id, undone }));
  draft.inner = [...draft.inner, ...ended];
}

/** A probe that is still under way when its question has been answered otherwise keeps nobody waiting. */
function dropIdleProbes(draft: Draft): void {
  for (const run of draft.runs) {
    const target = run.role === 'probe' && findObligation(draft.obligations, run.target ?? '');
    if (!target || target.certainty === 'maybe') continue;
    removeRun(draft, run);
    addEffect(draft, { type: 'cancelStep', key: rowKey(run.id, run.visit) });
  }
}

function mustSettleFirst(run: StepRun): boolean {
  if (run.parked || run.answered) return false;
  if (run.role === 'probe') return true;
  // A refund may be on its way for days: the stock goes back meanwhile.
  if (run.awaiting) return false;
  // Also one that stands as an action, which only closes: both at once would undo what it has just closed.
  return run.role === 'undo' || run.opens !== undefined || run.closes.length > 0;
}

/** Whether `one` can't be undone before `other` is: the step that opened `other` would or might have closed `one`. */
function dependsOn(one: Obligation, { supersedes = [], maySupersede = [] }: Obligation): boolean {
  const id = obligationId(one);
  return supersedes.includes(id) || maySupersede.includes(id);
}

/** Its undo is stuck, or has been asked for and answers later. */
function isHeldUp(draft: Draft, one: Obligation): boolean {
  const id = obligationId(one);
  const key = undoKey(one);
  return (
    draft.parked.some((reason) => reason.key === key) ||
    draft.runs.some(
      (run) =>
        (run.parked && (run.opens === id || run.target === id)) ||
        (run.role === 'undo' && run.awaiting && run.target === id),
    )
  );
}

/** Begins an undo, or the probe before it; false when it parked instead. */
function beginUndo(draft: Draft, one: Obligation): boolean {
  const { source } = one;
  const id = obligationId(one);
  const contract = 'step' in source ? draft.definition.steps[source.step] : undefined;
  if (one.certainty === 'maybe' && !one.probed && contract?.probe && 'step' in source) {
    const probeId = `probe:${id}`;
    const run = newRun(probeId, nextVisit(draft, probeId), source.step, 'probe', { target: id });
    dispatch(draft, run, source.input, idempotencyKey(draft.sagaId, source.key));
    return true;
  }
  return dispatchUndo(draft, one, id);
}

function dispatchUndo(draft: Draft, one: Obligation, id: string): boolean {
  const undo = one.undo === undefined ? undefined : draft.definition.steps[one.undo];
  if (!undo) {
    park(draft, { code: 'UNDO_MISSING', message: `nothing undoes '${id}'`, key: undoKey(one) });
    return false;
  }
  try {
    const input = parseStepInput(undo, undoInput(draft, one));
    const opens = undo.opens && obligationId({ kind: undo.opens.kind, instance: undo.opens.instance(input) });
    const closes = undo.closes.map((other) =>
      obligationId({ kind: other.kind, instance: other.instance(input) }),
    );
    const key = undoKey(one);
    // What an undo opens (a void that finds the money captured) is entered when it says so, not before.
    const run = newRun(`undo:${id}`, one.opened, undo.name, 'undo', {
      target: id,
      closes,
      input,
      ...(opens !== undefined && { opens }),
      ...(one.certainty === 'maybe' && { unsure: true }),
    });
    dispatch(draft, run, input, idempotencyKey(draft.sagaId, key));
    return true;
  } catch (thrown) {
    park(draft, {
      code: 'UNDO_FAILED',
      message: `input of '${undo.name}': ${messageOf(thrown)}`,
      key: undoKey(one),
    });
    return false;
  }
}

function undoInput(draft: Draft, { source }: Obligation): unknown {
  const { events, steps } = draft.definition;
  if ('event' in source) return events[source.event]?.opens?.undoInput(source.payload, draft.live.context);
  const { input, output } = source;
  return steps[source.step]?.opens?.undoInput?.({ input, output });
}

/** The key of an obligation's undo: the same for every try of the same opening. */
export function undoKey(one: Obligation): string {
  return rowKey(`undo:${obligationId(one)}`, one.opened);
}

/** An undo is over: notes it for the compensation's report. */
export function noteUndone(draft: Draft, target: string): void {
  if (!draft.compensation) return;
  draft.compensation = { ...draft.compensation, undone: [...draft.compensation.undone, target] };
}
