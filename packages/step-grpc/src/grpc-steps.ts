import {
  type AdaptersFor,
  type AnySaga,
  type AnyStep,
  cannotSay,
  type Declined,
  declined,
  isDeclined,
  isLater,
  type Later,
  landed,
  notLanded,
  type ProbeAnswer,
  type ProbeCall,
  readProbeAnswer,
  SagaError,
  type StepCall,
  type StepName,
  type StepNamed,
} from '@countermand/saga-core';
import { Metadata } from 'nice-grpc-common';
import { GrpcCallError } from './grpc-call-error.js';
import { DEFINITE_STATUSES, type GrpcFailure, type GrpcStatus, readGrpcFailure } from './grpc-status.js';

/** What a client's method is called with: the same object fits nice-grpc and Connect, and has what grpc-js needs. */
export interface GrpcCallOptions {
  /** The idempotency key, `traceparent` and `grpc-timeout`, for nice-grpc. */
  readonly metadata: Metadata;
  /** The idempotency key and `traceparent`, for Connect. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long the call may take; Connect sends it as the deadline. */
  readonly timeoutMs: number;
  /** Aborted at that time, and when the attempt has to end for another reason. */
  readonly signal: AbortSignal;
}

/** What {@link grpcSteps} takes beside the steps. */
export interface GrpcOptions {
  /** The metadata that carries the idempotency key; `idempotency-key` by default. */
  readonly idempotencyMetadata?: string;
  /** Metadata of every call, or what makes it, for credentials that change. */
  readonly metadata?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** The longest that a call may take, in milliseconds; the attempt's own timeout holds too. */
  readonly timeoutMs?: number;
}

/** How one step becomes one call. */
export interface GrpcStepOptions<Input, Output> {
  /**
   * Calls the client with a request made of the input, and these options, and makes the output of the response. It may
   * also return `declined()` or `later()`. An error of the client is read by its status.
   */
  readonly call: (
    input: Input,
    options: GrpcCallOptions,
  ) => Output | Declined | Later | Promise<Output | Declined | Later>;
  /**
   * The code of a definite no, by its status, or by what the participant said besides. Left out: the status is the
   * code. A code that the step doesn't declare parks the saga.
   */
  readonly declines?:
    | { readonly [Status in GrpcStatus]?: string }
    | ((failure: GrpcFailure) => string | undefined);
  /** What single statuses mean for this step; they come first. For example `NOT_FOUND` for an undo. */
  readonly on?: {
    readonly [Status in GrpcStatus]?: (failure: GrpcFailure, input: Input) => Output | Declined | Later;
  };
}

/** How a step's idempotency key is looked up: what it returns has landed, `NOT_FOUND` hasn't, nothing else says. */
export type GrpcProbe<Input, Output> = (
  call: Pick<ProbeCall<Input>, 'input' | 'idempotencyKey'>,
  options: GrpcCallOptions,
) => Promise<Output | ProbeAnswer<Output>>;

type TypesOf<S extends AnyStep> = NonNullable<S['~types']>;

/** The options of a step by its contract: one with `probe: true` must say how to ask. */
export type GrpcStepOf<S extends AnyStep> = GrpcStepOptions<
  TypesOf<S>['parsedInput'],
  TypesOf<S>['rawOutput']
> &
  (TypesOf<S>['probe'] extends true
    ? { readonly probe: GrpcProbe<TypesOf<S>['parsedInput'], TypesOf<S>['rawOutput']> }
    : { readonly probe?: GrpcProbe<TypesOf<S>['parsedInput'], TypesOf<S>['rawOutput']> });

/** Options for some of a saga's steps, by their names. */
export type GrpcStepsOf<S extends AnySaga> = {
  readonly [Name in StepName<S>]?: GrpcStepOf<StepNamed<S, Name>>;
};

type ErasedOptions = GrpcStepOptions<unknown, unknown> & { readonly probe?: GrpcProbe<unknown, unknown> };

/**
 * Adapters for steps of a saga. Each calls its client with the step's idempotency key, `traceparent` and the attempt's
 * timeout as the deadline, ends with the step's signal, and answers:
 *
 * - what `call` returns: the output, `declined()` or `later()`.
 * - `INVALID_ARGUMENT`, `NOT_FOUND`, `ALREADY_EXISTS`, `PERMISSION_DENIED`, `FAILED_PRECONDITION`, `OUT_OF_RANGE`, and
 *   every status that `declines` names: a definite no, `declined(code)`.
 * - every other status, a broken connection among them: it throws a `GrpcCallError`, and is tried again by the step's
 *   policy with the same key.
 *
 * @throws SagaError `SETTING_INVALID` for a step that the saga doesn't have
 */
export function grpcSteps<S extends AnySaga, const Options extends GrpcStepsOf<S>>(
  saga: S,
  steps: Options & { readonly [Name in Exclude<keyof Options, StepName<S>>]: 'the saga has no such step' },
  options: GrpcOptions = {},
): Pick<AdaptersFor<S>, keyof NoInfer<Options> & StepName<S>> {
  const adapters = Object.entries<ErasedOptions>(steps).map(([name, step]) => {
    if (!Object.hasOwn(saga.steps, name))
      throw new SagaError('SETTING_INVALID', `saga '${saga.name}' has no step '${name}'`);
    return [name, adapterOf(name, step, options)];
  });
  // Each has what its contract asks for: the types of the options say so.
  return Object.fromEntries(adapters) as never;
}

function adapterOf(name: string, step: ErasedOptions, options: GrpcOptions) {
  const run = async (call: StepCall<unknown>): Promise<unknown> => {
    try {
      return await step.call(call.input, await callOptions(call, options));
    } catch (error) {
      return onFailure(name, step, call.input, error);
    }
  };
  const { probe } = step;
  return probe ? { run, probe: (call: ProbeCall<unknown>) => ask(probe, call, options) } : run;
}

function onFailure(name: string, step: ErasedOptions, input: unknown, error: unknown): unknown {
  const failure = readGrpcFailure(error);
  if (!failure) throw error;
  const { status, message } = failure;
  const special = step.on?.[status];
  if (special) return special(failure, input);
  const { declines } = step;
  const code = typeof declines === 'function' ? declines(failure) : declines?.[status];
  if (code !== undefined || DEFINITE_STATUSES.includes(status)) return declined(code ?? status, { message });
  throw new GrpcCallError(status, `step '${name}' got ${status}: ${message}`, { cause: error });
}

async function ask(
  probe: GrpcProbe<unknown, unknown>,
  call: ProbeCall<unknown>,
  options: GrpcOptions,
): Promise<ProbeAnswer<unknown>> {
  try {
    const found = await probe(call, await callOptions(call, options));
    if (isProbeAnswer(found)) return found;
    if (isDeclined(found)) return notLanded();
    return isLater(found) ? cannotSay() : landed(found);
  } catch (error) {
    const failure = readGrpcFailure(error);
    if (failure?.status === 'NOT_FOUND') return notLanded();
    throw error;
  }
}

function isProbeAnswer(value: unknown): value is ProbeAnswer<unknown> {
  return readProbeAnswer(value) !== undefined;
}

async function callOptions(
  call: Pick<ProbeCall<unknown>, 'idempotencyKey' | 'timeoutMs' | 'signal' | 'trace'>,
  {
    idempotencyMetadata = 'idempotency-key',
    metadata: own,
    timeoutMs: limitMs = Number.POSITIVE_INFINITY,
  }: GrpcOptions,
): Promise<GrpcCallOptions> {
  const timeoutMs = Math.max(1, Math.floor(Math.min(call.timeoutMs, limitMs, LONGEST_TIMEOUT_MS)));
  const { traceparent } = call.trace;
  const headers = {
    ...(typeof own === 'function' ? await own() : own),
    [idempotencyMetadata]: call.idempotencyKey,
    ...(traceparent !== undefined && { traceparent }),
  };
  return {
    headers,
    metadata: Metadata({ ...headers, 'grpc-timeout': `${timeoutMs}m` }),
    timeoutMs,
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]),
  };
}

/** A deadline has at most eight digits on the wire. */
const LONGEST_TIMEOUT_MS = 86_400_000;
