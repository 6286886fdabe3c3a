import { describeState } from '../describe-cause.js';
import type { Rule } from '../rule.js';

/** Compensation comes upon something that nothing undoes. */
export const undoMissing: Rule = {
  code: 'undo-missing',
  title: 'Compensation meets something that nothing undoes',
  explanation:
    'Only a pivot may open what has no undo, for after it the saga only goes forward. A path that compensates ' +
    'after the pivot has taken effect can never end: the saga parks.',
  mend: 'give what it opens an undo; after the pivot, lead every failure forward (retry, repair, ask a person)',
  inspect: () => ({
    onMove: ({ step, decision: { envelope } }) =>
      envelope.parked
        .filter(({ code }) => code === 'UNDO_MISSING')
        .map(({ message }) => ({
          subject: `${message.replace(/^nothing undoes '([^:']+).*$/, '$1')} in ${describeState(envelope.snapshot.value)}`,
          message: `compensation in ${describeState(envelope.snapshot.value)}: ${message}`,
          step,
        })),
  }),
};
