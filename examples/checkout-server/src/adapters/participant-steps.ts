import {
  cannotSay,
  type Declined,
  declined,
  type Json,
  landed,
  notLanded,
  type ProbeAnswer,
  type ProbeCall,
  type StepCall,
} from '@countermand/saga-core';
import type { EffectAnswer, Refusal } from '@countermand-examples/participants/contract';
import { ParticipantFailure } from './participant-failure.ts';
import type { ParticipantsClient } from './participants-client.ts';

type Body = Record<string, unknown>;

/** How one step becomes one call to a participant. */
export interface ParticipantStep<Input, Output> {
  readonly path: string;
  readonly body: (input: Input) => object;
  /** Codes that are a definite no. Any other refusal is thrown, and so retried. */
  readonly declines?: readonly string[];
  /** Refusals that say that what was wanted is so already. */
  readonly alreadyDone?: (refusal: Refusal) => Output | undefined;
  /** Makes the step's output of the answer; `declined()` and `later()` are answers too. */
  readonly output: (body: Body, status: number) => Output;
}

/** Carries a step out by HTTP, with the step's idempotency key. */
export async function callParticipant<Input, Output>(
  client: ParticipantsClient,
  step: ParticipantStep<Input, Output>,
  { input, idempotencyKey, signal, trace }: StepCall<Input>,
): Promise<Output | Declined> {
  const answer = await client.send({
    path: step.path,
    body: step.body(input),
    idempotencyKey,
    signal,
    trace,
  });
  if (!('refusal' in answer)) return step.output(answer.body as Body, answer.status);
  const { refusal } = answer;
  const done = step.alreadyDone?.(refusal);
  if (done !== undefined) return done;
  if (step.declines?.includes(refusal.code)) return declined(refusal.code, detailsOf(refusal));
  throw new ParticipantFailure(`${step.path} refused with ${refusal.code}: ${refusal.message}`);
}

/** Asks a participant what became of an idempotency key. */
export async function probeParticipant<Input, Output>(
  client: ParticipantsClient,
  readOutput: (body: Body) => Output | undefined,
  { idempotencyKey, signal }: ProbeCall<Input>,
): Promise<ProbeAnswer<Output>> {
  const effect = await client.get<EffectAnswer>(`/effects/${encodeURIComponent(idempotencyKey)}`, signal);
  if (effect.status !== 'landed') return notLanded();
  const output = readOutput(effect.response);
  return output === undefined ? cannotSay() : landed(output);
}

/** What else a refusal says, as the step's details. */
function detailsOf({ message, details }: Refusal): Json {
  return { message, ...details };
}
