import { obligationId, openObligations } from '../../ledger.js';
import { compensationsOf } from '../compensations-of.js';
import type { Rule } from '../rule.js';

/** What was to be final is undone. */
export const compensationAfterPivot: Rule = {
  code: 'compensation-after-pivot',
  title: 'Compensation after the pivot has taken effect',
  explanation:
    'The pivot is the point of no return: the parcel is with the carrier, the ticket is out. What is compensated after ' +
    'that takes back what the pivot was done for: the goods are shipped, and the money is refunded as well. A pivot that ' +
    'opens nothing leaves no trace in the ledger, so that nothing stops such a saga, and it ends settled.',
  mend:
    'after the pivot, lead every failure forward: try again, repair, ask a person. A refund after delivery is a step of ' +
    'its own, which closes what it pays back. Where the way back is open after all, the step is no pivot',
  inspect: (saga) => {
    const compensations = compensationsOf(saga);
    return {
      onMove: ({ before, step, passed, decision: { envelope } }) => {
        if (!passed) return [];
        const open = openObligations(envelope.obligations);
        // Where nothing undoes what is open, the saga parks, and undo-missing tells of it.
        if (open.length === 0 || open.some(({ undo }) => undo === undefined)) return [];
        return [...compensations].flatMap(([id, where]) => {
          if ((envelope.visits[id] ?? 0) <= (before?.envelope.visits[id] ?? 0)) return [];
          const what = open.map(obligationId).join(', ');
          const message = `compensate in ${where} undoes ${what} after the pivot has taken effect`;
          return [{ subject: `compensate in ${where}`, message, step }];
        });
      },
    };
  },
};
