import { noteUndone, undoKey } from './advance-compensation.js';
import type { AnswerCause, Cause } from './cause.js';
import { addEffect, type Draft, findRun, removeRun, storedCause, updateRun } from './draft.js';
import type { StepRun } from './envelope.js';
import { close, markProbed, obligationId, settleUnknown } from './ledger.js';
import { passPivot, withoutPivot } from './pivot.js';
import { rowKey } from './saga-id.js';
import { errorEvent, selects } from './xstate-seam.js';

/** A person gives the cause up that the machine threw on. A step's answer reaches the machine as unknown instead. */
export function giveUpCause(draft: Draft, reason: string): void {
  const culprit = draft.kept.find((one) => one.threw);
  if (!culprit) return;
  draft.kept = draft.kept.filter((one) => one !== culprit);
  const cause = culprit.cause as unknown as Cause;
  if (cause.type === 'timer') {
    draft.timers = draft.timers.filter((timer) => timer.id !== cause.id || timer.visit !== cause.visit);
  }
  const run = cause.type === 'answer' ? findRun(draft, cause.id, cause.visit) : undefined;
  if (run) giveUpRun(draft, run, reason);
}

/** A person gives a parked row up. */
export function giveUpRow(draft: Draft, run: StepRun, reason: string): void {
  addEffect(draft, { type: 'cancelStep', key: rowKey(run.id, run.visit) });
  giveUpRun(draft, run, reason);
}

/** A person gives an undo up that couldn't even be asked for. */
export function giveUpUndo(draft: Draft, key: string): void {
  const stuck = draft.obligations.find((one) => undoKey(one) === key);
  if (stuck) closeSkipped(draft, obligationId(stuck));
}

function giveUpRun(draft: Draft, run: StepRun, reason: string): void {
  if (run.role === 'undo' && run.target !== undefined) closeSkipped(draft, run.target);
  if (run.role === 'probe' && run.target !== undefined)
    draft.obligations = markProbed(draft.obligations, run.target);
  // Where the ledger knows the answer, it stays; else nobody knows what the step did. Of an action that is parked it knows.
  const contract = draft.definition.steps[run.step];
  const isUnsettled = run.role === 'invoke' ? !run.answered : run.role === 'action' && !run.parked;
  if (contract && isUnsettled) {
    draft.obligations = settleUnknown(draft.obligations, run, contract, 1, draft.runs);
    if (run.pivots) passPivot(draft);
  }
  if (run.role !== 'invoke') return removeRun(draft, run);
  const failed = errorEvent(run.id, { kind: 'unknown' });
  // Where the state has no onError, there is nothing to tell the machine: it waits for something else, or for good.
  const isUnheard = selects(draft.definition.machine, draft.live, failed) === 'none';
  if (run.left || (isUnheard && !run.answered)) return removeRun(draft, run);
  updateRun(draft, withoutPivot(run), { parked: false, answered: true });
  const { id, visit } = run;
  const outcome = { kind: 'unknown' as const, message: `skipped: ${reason}` };
  const answer: AnswerCause = { type: 'answer', id, visit, outcome, attempts: 1 };
  draft.kept = [{ cause: storedCause(answer), at: draft.at }, ...draft.kept];
}

function closeSkipped(draft: Draft, id: string): void {
  draft.obligations = close(draft.obligations, id, 'skipped');
  noteUndone(draft, id);
}
