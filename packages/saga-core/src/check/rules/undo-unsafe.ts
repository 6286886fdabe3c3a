import { messageOf } from '../../saga-error.js';
import type { StepContract } from '../../step.js';
import type { Found, Rule } from '../rule.js';
import { sampleSchema } from '../sample-schema.js';

/** A step's undo can't be relied on. */
export const undoUnsafe: Rule = {
  code: 'undo-unsafe',
  title: 'An undo that cannot be relied on',
  explanation:
    'An undo is tried until it works, perhaps of something that never happened, perhaps twice. So it must not be ' +
    'declined, must bear a repeat, must have more than one attempt, and its input must be there even if the ' +
    "forward step's output is not: when nobody knows whether it took effect.",
  mend: 'let the undo take what the forward input knows, answer "nothing to do" as success, and retry',
  onSaga: (saga) => [
    ...Object.values(saga.steps).flatMap((forward) => {
      const undo = forward.opens?.undo === undefined ? undefined : saga.steps[forward.opens.undo];
      return undo ? faultsOf(forward.name, undo, inputFault(forward, undo)) : [];
    }),
    // What an event tells of has happened for certain, with a payload; its undo must be just as good.
    ...Object.entries(saga.events).flatMap(([type, { opens }]) => {
      const undo = opens && saga.steps[opens.undo];
      return undo ? faultsOf(type, undo, undefined) : [];
    }),
  ],
};

function faultsOf(forward: string, undo: StepContract, fault: string | undefined): Found[] {
  const faults = [
    undo.declines.length > 0 && `can be declined with ${undo.declines.join(', ')}`,
    !undo.idempotent && !undo.probe && 'is neither idempotent nor has a probe',
    undo.retry.attempts < 2 && 'is tried only once',
    fault,
  ].filter((fault) => typeof fault === 'string');
  return faults.map((fault) => ({
    subject: `${undo.name} for ${forward}`,
    message: `step ${undo.name}, which undoes ${forward}, ${fault}`,
  }));
}

function inputFault(forward: StepContract, undo: StepContract): string | undefined {
  for (const input of sampleSchema(forward.input)) {
    try {
      const made = undo.input.safeParse(forward.opens?.undoInput?.({ input, output: undefined }));
      if (!made.success)
        return `gets an input that its schema refuses when the outcome of ${forward.name} is unknown`;
    } catch (thrown) {
      return `gets no input when the outcome of ${forward.name} is unknown: ${messageOf(thrown)}`;
    }
  }
  return undefined;
}
