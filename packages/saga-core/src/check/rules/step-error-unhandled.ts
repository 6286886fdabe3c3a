import type { StepOutcome } from '../../cause.js';
import { rowKey } from '../../saga-id.js';
import { describeState } from '../describe-cause.js';
import { isInDoubt } from '../passed-pivot.js';
import type { Rule } from '../rule.js';

/** A step fails where the machine has no handler for it. */
export const stepErrorUnhandled: Rule = {
  code: 'step-error-unhandled',
  title: 'A step can fail where nothing handles it',
  explanation:
    'A step ends in one of three ways: done, declined, or unknown, when its retries are used up and nobody knows ' +
    'whether it took effect. Without a handler the saga parks, with everything that is open, until a person acts. ' +
    'After the pivot that is right for an unknown outcome, for there is no way back; before it, it is not.',
  mend: 'give the invoke an onError (a spawned step a transition on xstate.error.actor.ID) that leads to compensation',
  inspect: () => ({
    onMove: ({ saga, step, decision: { envelope } }) => {
      const unhandled = envelope.parked.filter(({ code }) => code === 'STEP_ERROR_UNHANDLED');
      const state = describeState(envelope.snapshot.value);
      return unhandled.flatMap(({ key }) => {
        const run = envelope.runs.find(({ id, visit }) => rowKey(id, visit) === key);
        const cause = step?.cause;
        const own = cause?.type === 'answer' && rowKey(cause.id, cause.visit) === key ? cause : undefined;
        // Of a pivot in doubt the machine hears that nobody knows, also where it was declined in the end.
        const isUnknown =
          own?.outcome.kind === 'unknown' ||
          (own !== undefined && isInDoubt(own) && saga.steps[run?.step ?? '']?.pivot);
        if (isUnknown && envelope.pivoted) return [];
        const name = run?.step ?? key ?? 'a step';
        const message = `step ${name} can be ${endingOf(own?.outcome)} in ${state}, where nothing handles that`;
        return [{ subject: `${name} in ${state}`, message, step }];
      });
    },
  }),
};

function endingOf(outcome: StepOutcome | undefined): string {
  if (outcome?.kind === 'declined') return `declined with ${outcome.code}`;
  return outcome === undefined ? 'refused, for the saga is undoing,' : 'left without an answer';
}
