import type { Envelope } from '../../envelope.js';
import { obligationId, openObligations } from '../../ledger.js';
import { compensationsOf } from '../compensations-of.js';
import { type PassedPivot, pivotUnderWay } from '../passed-pivot.js';
import type { Rule } from '../rule.js';

const FORWARD =
  'after the pivot, lead every failure forward: try again, repair, ask a person. A refund after delivery is a step of ' +
  'its own, which closes what it pays back. Where the way back is open after all, the step is no pivot';
const IN_DOUBT =
  "lead back only what is a definite no (a guard on event.error.kind === 'declined'), and what nobody knows forward; " +
  'without a handler it parks, and a person finds out. Or let the pivot open what it makes, and ask the participant by a ' +
  'step that closes what never came about';
const UNDER_WAY =
  'wait for the answer of the pivot in the state that asks for it: leave that state by no timer and no event that leads ' +
  'to compensation';

/** What was to be final is undone, or may be final, and is undone. */
export const compensationAfterPivot: Rule = {
  code: 'compensation-after-pivot',
  title: 'Compensation after the pivot has taken effect, or may have',
  explanation:
    'The pivot is the point of no return: the parcel is with the carrier, the ticket is out. What is compensated after ' +
    'that takes back what the pivot was done for: the goods are shipped, and the money is refunded as well. A pivot that ' +
    'opens nothing leaves no trace in the ledger, so that nothing stops such a saga, and it ends settled. That goes also ' +
    'for a pivot whose answer was lost, even where it was declined afterwards, and for one that is still under way: left ' +
    'by a timer or an event, or running beside the compensation. A probe that is asked makes that rare, and no more: it ' +
    'may be unable to say. What a pivot in doubt opens is in the ledger, and is undone with the rest.',
  mend: `${FORWARD}. Where nobody knows: ${IN_DOUBT}. Where it is under way: ${UNDER_WAY}`,
  inspect: (saga) => {
    const compensations = compensationsOf(saga);
    return {
      onMove: ({ before, step, passed, decision: { envelope } }) => {
        const asked = askedFor(before?.envelope, envelope, compensations);
        if (asked.length === 0) return [];
        const open = openObligations(envelope.obligations);
        // Where nothing undoes what is open, the saga parks, and undo-missing tells of it.
        if (open.length === 0 || open.some(({ undo }) => undo === undefined)) return [];
        const underWay = passed ? undefined : pivotUnderWay(saga, envelope);
        if (!passed && !underWay) return [];
        const { when, mend } = passed ? tell(passed) : tellUnderWay(underWay?.step ?? '');
        const what = open.map(obligationId).join(', ');
        return asked.map((where) => ({
          subject: `compensate in ${where}`,
          message: `compensate in ${where} undoes ${what} ${when}`,
          mend,
          step,
        }));
      },
    };
  },
};

/** Where the machine has asked for a compensation that has just begun, or is under way. */
function askedFor(
  before: Envelope | undefined,
  { visits, compensation }: Envelope,
  compensations: ReadonlyMap<string, string>,
): string[] {
  const underWay = compensation?.invokes ?? [];
  // Most decisions have nothing to do with any.
  if (underWay.length === 0 && visits === before?.visits) return [];
  return [...compensations].flatMap(([id, where]) => {
    const isBegun = (visits[id] ?? 0) > (before?.visits[id] ?? 0);
    return isBegun || underWay.some((invoke) => invoke.id === id) ? [where] : [];
  });
}

function tell({ step, isDone }: PassedPivot) {
  return isDone
    ? { when: `after the pivot ${step} has taken effect`, mend: FORWARD }
    : { when: `while nobody knows whether the pivot ${step} has taken effect`, mend: IN_DOUBT };
}

function tellUnderWay(step: string) {
  return { when: `while the pivot ${step} is under way, which may take effect`, mend: UNDER_WAY };
}
