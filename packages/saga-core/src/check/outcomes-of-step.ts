import type { Json } from '../json.js';
import { onceForEach } from '../once-for-each.js';
import type { AnySaga } from '../saga-definition.js';
import type { StepContract } from '../step.js';

/** What the contract of a step makes of an input, with each output that may answer it. Of no account where it is `null`. */
export type Outcomes = (step: string, input: Json) => Json;

/** What the steps of a saga answer. */
export interface StepOutputs {
  /** What a step may answer to an input. */
  outputsOf(step: string, input: Json): readonly unknown[];
  /** Whether the author's samples make a step's outputs from its input. */
  areByInput(step: string): boolean;
}

/** An undo's own undo is looked at, and no further: two steps may undo each other. */
const DEEPEST = 2;

/**
 * Tells inputs apart that come to something else when the step answers: what its `when`s say, what its undo would be
 * about, and with which outputs it answers, where the author's samples make these from the input.
 */
export function outcomesOver({ steps }: AnySaga, { outputsOf, areByInput }: StepOutputs): Outcomes {
  const known = new Map<string, Map<string, Json>>();
  const outcomesOf = (step: string, input: Json, depth: number): Json => {
    const contract = steps[step];
    const whens = contract ? [contract.opens?.when, ...contract.closes.map(({ when }) => when)] : [];
    const isAsked = whens.some((when) => when !== undefined) || contract?.opens?.undo !== undefined;
    const isByInput = areByInput(step);
    if (!contract || depth > DEEPEST || !(isAsked || isByInput)) return null;
    const outcomes = outputsOf(step, input).map((output) => [
      (output ?? null) as Json,
      whens.map((when) => attempt(() => when?.({ input, output }) ?? true)),
      undoOf(contract, input, output, depth),
    ]);
    // Outputs that all come to the same need no names.
    const verdicts = new Set(outcomes.map(([, ...verdict]) => JSON.stringify(verdict)));
    return verdicts.size > 1 || isByInput ? outcomes : [...verdicts];
  };
  const undoOf = (contract: StepContract, input: Json, output: unknown, depth: number): Json => {
    const { undo: name, undoInput } = contract.opens ?? {};
    const undo = name === undefined ? undefined : steps[name];
    if (!undo) return null;
    return attempt(() => {
      const made = undo.input.safeParse(undoInput?.({ input, output }));
      if (!made.success) return 'unfit';
      const about = [...(undo.opens ? [undo.opens] : []), ...undo.closes];
      return [
        ...about.map(({ instance }) => instance(made.data)),
        outcomesOf(undo.name, made.data as Json, depth + 1),
      ];
    });
  };
  return (step, input) => {
    const ofStep = known.get(step) ?? new Map<string, Json>();
    known.set(step, ofStep);
    return onceForEach(ofStep, JSON.stringify(input), () => attempt(() => outcomesOf(step, input, 0)));
  };
}

/** Throwing is an outcome, too. */
function attempt(work: () => Json): Json {
  try {
    return work();
  } catch {
    return 'unfit';
  }
}
