import type { AnswerCause, Cause } from '../cause.js';
import type { Envelope, StepRun } from '../envelope.js';
import type { AnySaga } from '../saga-definition.js';

/** A pivot step that has taken effect, or of which nobody knows whether it has. */
export interface PassedPivot {
  readonly step: string;
  /** Whether it has said that it is done. */
  readonly isDone: boolean;
}

/**
 * The pivot that this cause has passed: it is done, and its contract doesn't deny that it took effect; or nobody knows,
 * and it opens nothing. What a pivot in doubt opens stands in the ledger: it is undone with all else, or parks the saga
 * where nothing undoes it.
 */
export function pivotPassed({ steps }: AnySaga, envelope: Envelope, cause: Cause): PassedPivot | undefined {
  if (cause.type !== 'answer') return undefined;
  const run = envelope.runs.find(({ id, visit }) => id === cause.id && visit === cause.visit);
  const contract = run && steps[run.step];
  if (!run || !contract?.pivot || run.role === 'undo' || run.role === 'probe') return undefined;
  const { step, input = null } = run;
  const { opens } = contract;
  if (cause.outcome.kind !== 'done') return !opens && isInDoubt(cause) ? { step, isDone: false } : undefined;
  const tookEffect = opens?.when?.({ input, output: cause.outcome.output }) ?? true;
  // A compensation that is under way takes it back with the rest; after one, what turns up late is undone by itself.
  const { compensation, compensated } = envelope;
  const isUndone = opens?.undo !== undefined && (compensation !== undefined || (run.left && compensated));
  return tookEffect && !isUndone ? { step, isDone: true } : undefined;
}

/** A pivot step that opens nothing and can still answer: nobody knows whether it has taken effect, or will. */
export function pivotUnderWay({ steps }: AnySaga, { runs }: Envelope): StepRun | undefined {
  return runs.find(({ step, role, parked, answered }) => {
    if (parked || answered || role === 'undo' || role === 'probe') return false;
    return steps[step]?.pivot === true && steps[step].opens === undefined;
  });
}

/** Whether nobody knows what became of the step: an attempt was begun, and it wasn't the only one that said no. */
export function isInDoubt({ outcome, attempts }: AnswerCause): boolean {
  return (outcome.kind === 'unknown' && attempts > 0) || (outcome.kind === 'declined' && attempts > 1);
}
