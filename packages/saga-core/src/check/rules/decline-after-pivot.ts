import type { Envelope } from '../../envelope.js';
import { rowKey } from '../../saga-id.js';
import { describeState } from '../describe-cause.js';
import type { Rule } from '../rule.js';

/** After the point of no return, a step can say no. */
export const declineAfterPivot: Rule = {
  code: 'decline-after-pivot',
  title: 'A step after the pivot can be declined',
  explanation:
    'After the pivot there is no way back, so every step that follows must succeed in the end. A step with ' +
    'declines can answer with a definite no, and then the saga can go neither forward nor back.',
  mend: 'ask that step before the pivot, or take its declines away: then such an answer parks, and a person decides',
  inspect: (saga) => ({
    onMove: ({ before, step, decision: { envelope, effects } }) => {
      if (!before || !isPassed(before.envelope, envelope)) return [];
      return effects.flatMap((effect) => {
        if (effect.type !== 'runStep' || effect.role !== 'invoke') return [];
        const codes = saga.steps[effect.step]?.declines ?? [];
        if (codes.length === 0) return [];
        const state = describeState(envelope.snapshot.value);
        return [
          {
            subject: `${effect.step} in ${state}`,
            message: `step ${effect.step} in ${state} comes after the pivot, and can be declined with ${codes.join(', ')}`,
            step,
          },
        ];
      });
    },
  }),
};

/** Whether there was no way back when the decision asked for its steps: not where it began by a certain no of the pivot. */
function isPassed(before: Envelope, after: Envelope): boolean {
  if (!before.pivoted || !after.pivoted) return false;
  const hinges = after.runs.filter(({ pivots }) => pivots);
  const known = new Set(before.runs.map(({ id, visit }) => rowKey(id, visit)));
  return hinges.length === 0 || hinges.some(({ id, visit }) => known.has(rowKey(id, visit)));
}
