import { answerByInput } from './answer-by-input.js';
import type { Obligation } from './envelope.js';
import type { Json } from './json.js';
import { obligationId } from './ledger.js';
import type { StepContract } from './step.js';

/** What is closed, or may be, once it is known that what a step opens is open, with the input alone. */
export function supersededBy(
  contract: StepContract,
  input: Json,
): Pick<Obligation, 'supersedes' | 'maySupersede'> {
  const closing = (answer: boolean | undefined) =>
    contract.closes
      .filter((one) => answerByInput(one.when, input) === answer)
      .map(({ kind, instance }) => obligationId({ kind, instance: instance(input) }));
  const supersedes = closing(true);
  const maySupersede = closing(undefined);
  return {
    ...(supersedes.length > 0 && { supersedes }),
    ...(maySupersede.length > 0 && { maySupersede }),
  };
}

/** Whether the books need the input of a step when it answers: to ask its contract again. */
export function asksForInput({ opens, closes }: StepContract): boolean {
  return opens !== undefined || closes.some(({ when }) => when !== undefined);
}
