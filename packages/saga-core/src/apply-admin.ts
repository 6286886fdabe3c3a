import type { Applied } from './apply-event.js';
import type { AdminCause } from './cause.js';
import { CAUSE_KEY } from './deliver.js';
import { addEffect, type Draft, record, updateRun } from './draft.js';
import type { StepRun } from './envelope.js';
import { giveUpCause, giveUpRow, giveUpUndo } from './give-up.js';
import { findObligation, forgetAnew, openMaybe } from './ledger.js';
import { park, unpark } from './park.js';
import { beginPivot, passPivot, withoutPivot } from './pivot.js';
import { resume } from './resume.js';
import { rowKey } from './saga-id.js';
import { isCompensating } from './steps-in-flight.js';
import { supersededBy } from './superseded.js';

/** Applies an administrator's act: retry, skip or park. */
export function applyAdmin(draft: Draft, cause: AdminCause): Applied {
  if (cause.type === 'park') {
    noteAct(draft, cause, cause.reason);
    park(draft, { code: 'PARKED_BY_HAND', message: cause.reason, key: 'hand' });
    return { outcome: 'applied' };
  }
  return cause.type === 'retry' ? retry(draft, cause) : skip(draft, cause);
}

function retry(draft: Draft, cause: AdminCause & { type: 'retry' }): Applied {
  const meant = (key: string | undefined) => cause.key === undefined || cause.key === key;
  const reasons = draft.parked.filter((reason) => meant(reason.key));
  const runs = draft.runs.filter((run) => run.parked && meant(keyOf(run)));
  if (reasons.length + runs.length === 0) return nothingToDo(draft, cause.key);
  noteAct(draft, cause, cause.reason);
  unpark(draft, (reason) => reasons.includes(reason));
  for (const run of runs) rerun(draft, run);
  if (reasons.some((reason) => reason.code === 'OBLIGATION_LEFT_OPEN')) {
    draft.compensation ??= { invokes: [], undone: [] };
    draft.obligations = forgetAnew(draft.obligations);
  }
  resume(draft);
  return { outcome: 'applied' };
}

function rerun(draft: Draft, run: StepRun): void {
  const before = run.opens === undefined ? undefined : findObligation(draft.obligations, run.opens);
  // Attempts are counted anew, so that from here on the run itself has to tell that earlier ones are in doubt.
  const inDoubt = before !== undefined && before.certainty !== 'closed';
  const contract = run.role === 'invoke' ? draft.definition.steps[run.step] : undefined;
  // A pivot that was stopped by what it answered may have taken effect; one that was declined may do so now.
  if (run.pivots) passPivot(draft);
  const pivots = contract?.pivot ? beginPivot(draft, run.role) : {};
  const flags = { parked: false, answered: false, awaiting: false, ...(inDoubt && { tried: true as const }) };
  updateRun(draft, withoutPivot(run), { ...flags, ...pivots });
  addEffect(draft, { type: 'rerunStep', key: keyOf(run) });
  const opens = contract?.opens;
  if (!opens || run.input === undefined) return;
  // A decline had taken the obligation back; the step may open it now.
  draft.started += 1;
  draft.obligations = openMaybe(
    draft.obligations,
    { kind: opens.kind, instance: opens.instance(run.input) },
    {
      startedAs: draft.started,
      source: { step: run.step, key: keyOf(run), input: run.input },
      ...(opens.undo !== undefined && { undo: opens.undo }),
      ...supersededBy(contract, run.input),
      ...(draft.compensated && !isCompensating(draft) && { anew: true as const }),
    },
  );
}

function skip(draft: Draft, cause: AdminCause & { type: 'skip' }): Applied {
  const reason = draft.parked.find((one) => one.key === cause.key);
  const run = draft.runs.find((one) => one.parked && keyOf(one) === cause.key);
  if (!reason && !run) return nothingToDo(draft, cause.key);
  noteAct(draft, cause, cause.reason);
  unpark(draft, (one) => one === reason);
  if (cause.key === CAUSE_KEY) giveUpCause(draft, cause.reason);
  else if (run) giveUpRow(draft, run, cause.reason);
  else giveUpUndo(draft, cause.key);
  resume(draft);
  return { outcome: 'applied' };
}

function nothingToDo(draft: Draft, key: string | undefined): Applied {
  const known = key === undefined || draft.runs.some((run) => keyOf(run) === key);
  return { outcome: 'refused', reason: known ? 'NOT_PARKED' : 'STEP_NOT_FOUND' };
}

function noteAct(draft: Draft, cause: AdminCause, reason?: string): void {
  const from = draft.live.value;
  record(draft, { event: cause.type, actor: cause.actor, outcome: 'applied', reason, from, cause });
}

function keyOf(run: StepRun): string {
  return rowKey(run.id, run.visit);
}
