import { type LateAnswer, plainOutcome, SagaError, type StepOutcome } from '@countermand/saga-core';

/**
 * What an answer from outside says of its step.
 *
 * @throws SagaError `ANSWER_INVALID` for what is none: a body that was passed on as it came, say
 */
export function lateOutcome(answer: LateAnswer): StepOutcome {
  const kinds = ['output', 'declined', 'failed'].filter((kind) => Object.hasOwn(Object(answer), kind));
  if (kinds.length !== 1) {
    throw new SagaError(
      'ANSWER_INVALID',
      'an answer is { output }, { declined: code } or { failed: message }',
    );
  }
  if ('failed' in answer) return plainOutcome({ kind: 'unknown', message: answer.failed });
  if (!('declined' in answer)) return plainOutcome({ kind: 'done', output: answer.output });
  const { declined: code, details } = answer;
  return plainOutcome({ kind: 'declined', code, ...(details !== undefined && { details }) });
}
