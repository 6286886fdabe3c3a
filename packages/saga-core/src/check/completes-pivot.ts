import type { Cause } from '../cause.js';
import type { Envelope } from '../envelope.js';
import type { AnySaga } from '../saga-definition.js';

/** Whether this is the answer of a pivot step that it is done, and its contract doesn't deny that it took effect. */
export function completesPivot({ steps }: AnySaga, { runs }: Envelope, cause: Cause): boolean {
  if (cause.type !== 'answer' || cause.outcome.kind !== 'done') return false;
  const run = runs.find(({ id, visit }) => id === cause.id && visit === cause.visit);
  if (!run) return false;
  const contract = steps[run.step];
  if (!contract?.pivot || run.role === 'undo' || run.role === 'probe') return false;
  return contract.opens?.when?.({ input: run.input ?? null, output: cause.outcome.output }) ?? true;
}
