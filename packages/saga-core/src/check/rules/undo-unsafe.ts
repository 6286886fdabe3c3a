import { undoKey } from '../../advance-compensation.js';
import type { Envelope } from '../../envelope.js';
import type { AnySaga } from '../../saga-definition.js';
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
  // What the samples of a schema don't show, the machine's own inputs and outputs do.
  inspect: (saga) => ({
    onMove: ({ step, decision: { envelope, effects } }) => [
      ...effects.flatMap((effect) => {
        if (effect.type !== 'runStep' || effect.role !== 'invoke') return [];
        const forward = saga.steps[effect.step];
        const undo = forward?.opens?.undo === undefined ? undefined : saga.steps[forward.opens.undo];
        const fault = forward && undo && inputFaultOn(forward, undo, effect.input);
        return fault ? [{ ...foundOf(forward.name, undo, fault), step }] : [];
      }),
      ...failedUndos(saga, envelope).map((found) => ({ ...found, step })),
    ],
  }),
};

/** Undos whose input couldn't be made, although the outcome of the step is known. */
function failedUndos(saga: AnySaga, { parked, obligations }: Envelope): Found[] {
  return parked.flatMap(({ code, key, message }) => {
    const one = obligations.find((other) => undoKey(other) === key);
    const undo = one?.undo === undefined ? undefined : saga.steps[one.undo];
    if (code !== 'UNDO_FAILED' || !one || !undo) return [];
    const forward = 'step' in one.source ? one.source.step : one.source.event;
    return [foundOf(forward, undo, `gets no input that it can take: ${message}`)];
  });
}

function foundOf(forward: string, undo: StepContract, fault: string): Found {
  return {
    subject: `${undo.name} for ${forward}`,
    message: `step ${undo.name}, which undoes ${forward}, ${fault}`,
  };
}

function faultsOf(forward: string, undo: StepContract, fault: string | undefined): Found[] {
  const faults = [
    undo.declines.length > 0 && `can be declined with ${undo.declines.join(', ')}`,
    !undo.idempotent && !undo.probe && 'is neither idempotent nor has a probe',
    undo.retry.attempts < 2 && 'is tried only once',
    fault,
  ].filter((fault) => typeof fault === 'string');
  return faults.map((fault) => foundOf(forward, undo, fault));
}

function inputFault(forward: StepContract, undo: StepContract): string | undefined {
  for (const input of sampleSchema(forward.input)) {
    const fault = inputFaultOn(forward, undo, input);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function inputFaultOn(forward: StepContract, undo: StepContract, input: unknown): string | undefined {
  try {
    const made = undo.input.safeParse(forward.opens?.undoInput?.({ input, output: undefined }));
    if (!made.success)
      return `gets an input that its schema refuses when the outcome of ${forward.name} is unknown`;
  } catch (thrown) {
    return `gets no input when the outcome of ${forward.name} is unknown: ${messageOf(thrown)}`;
  }
  return undefined;
}
