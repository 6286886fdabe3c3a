import type { Draft } from './draft.js';
import type { StepRun } from './envelope.js';

/** What {@link withoutPivot} and the others need of a draft. */
type Books = Pick<Draft, 'runs' | 'pivoted'>;

/**
 * A pivot is about to run: there is no way back, unless it is declined for certain and nothing else had passed before.
 * Returns what its run says of that. Of an action nobody hears an answer, so that it counts as passed.
 */
export function beginPivot(draft: Books, role: StepRun['role']): Pick<StepRun, 'pivots'> {
  const isDecided = draft.pivoted && !draft.runs.some(({ pivots }) => pivots);
  draft.pivoted = true;
  if (role !== 'invoke') passPivot(draft);
  return isDecided || role !== 'invoke' ? {} : { pivots: true };
}

/** A pivot took effect, or may have: from here on no other one's decline opens the way back. */
export function passPivot(draft: Books): void {
  if (draft.runs.some(({ pivots }) => pivots)) draft.runs = draft.runs.map(withoutPivot);
}

/** A pivot did nothing for certain. The way back is open, unless another one is under way. */
export function takePivotBack(draft: Books, run: StepRun): void {
  if (!run.pivots) return;
  draft.runs = draft.runs.map((one) =>
    one.id === run.id && one.visit === run.visit ? withoutPivot(one) : one,
  );
  draft.pivoted = draft.runs.some(({ pivots }) => pivots);
}

/** The run, without a say in whether there is a way back. */
export function withoutPivot(run: StepRun): StepRun {
  const { pivots: _pivots, ...rest } = run;
  return rest;
}
