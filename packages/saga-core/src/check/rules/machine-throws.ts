import { describeState } from '../describe-cause.js';
import type { Rule } from '../rule.js';

/** A function of the machine throws. */
export const machineThrows: Rule = {
  code: 'machine-throws',
  title: "The machine's own code throws",
  explanation:
    'Guards, assigns, inputs of steps and the functions of contracts run inside the decision. Where one throws, or ' +
    'makes an input that its own schema refuses, the saga parks with the cause kept, until the code is mended. A ' +
    'machine that goes round in circles without waiting for anything counts as well.',
  mend: 'make the function take every value that can come here; where the samples are not what can come, give better ones',
  inspect: () => ({
    onMove: ({ before, step, decision: { envelope } }) =>
      envelope.parked
        .filter(({ code }) => code === 'DECIDE_FAILED' && step !== undefined)
        .map(({ message }) => {
          const state = describeState((before?.envelope ?? envelope).snapshot.value);
          return { subject: state, message: `in ${state}: ${message}`, step };
        }),
  }),
};
