import { type Declined, declined, type Json, type ProbeCall, type StepCall } from '@countermand/saga-core';
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

/** What a participant answered under an idempotency key, if it did what was asked; otherwise nothing. */
export async function findEffect(
  client: ParticipantsClient,
  { idempotencyKey, signal }: Pick<ProbeCall<unknown>, 'idempotencyKey' | 'signal'>,
): Promise<Body | undefined> {
  const effect = await client.get<EffectAnswer>(`/effects/${encodeURIComponent(idempotencyKey)}`, signal);
  return effect.status === 'landed' ? effect.response : undefined;
}

/** What else a refusal says, as the step's details. */
function detailsOf({ message, details }: Refusal): Json {
  return { message, ...details };
}
