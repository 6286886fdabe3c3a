import { obligationId } from '../../ledger.js';
import { leftOpen } from '../../settle-rest.js';
import { restore } from '../../xstate-seam.js';
import { describeState } from '../describe-cause.js';
import type { Rule } from '../rule.js';

/** The saga comes to rest with something open that the end doesn't keep. */
export const obligationLeftOpen: Rule = {
  code: 'obligation-left-open',
  title: 'Something is still open when the saga is at rest',
  explanation:
    'A saga at rest is over: nobody will look at it again. What a step has opened in the world by then must have ' +
    'been closed by another step, undone, or be what the end is meant to keep. The runner parks such a saga, so ' +
    'that a person has to clear up.',
  mend:
    "lead this path through a state with invoke: { src: 'compensate' }, close the obligation by a step, or say that " +
    'the end keeps it: meta: { keeps: [...] }, by its kind or by the instances that are meant',
  inspect: () => ({
    onMove: ({ saga, step, decision: { envelope } }) => {
      if (!envelope.parked.some(({ code }) => code === 'OBLIGATION_LEFT_OPEN')) return [];
      const left = leftOpen({ ...envelope, live: restore(saga.machine, envelope.snapshot) });
      const state = describeState(envelope.snapshot.value);
      return left.map((one) => ({
        subject: `${one.kind} in ${state}`,
        message: `${obligationId(one)} ${one.certainty === 'open' ? 'is' : 'may be'} open at rest in ${state}, which doesn't keep it`,
        step,
      }));
    },
  }),
};
