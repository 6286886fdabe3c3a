import { fromPromise, type PromiseActorLogic } from 'xstate';
import type { z } from 'zod';
import { MAX_TIME_MS } from './longest-time.js';
import { faultOfKind } from './obligation-kind.js';
import { completeRetryPolicy, type RetryPolicy } from './retry-policy.js';
import { SagaError } from './saga-error.js';

/** Money in integer minor units (cents), with its ISO 4217 currency. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** What a step knows when an obligation of it must be undone: the output is missing if the outcome is unknown. */
export interface Forward<Input, Output> {
  readonly input: Input;
  readonly output: Output | undefined;
}

/** What {@link OpensOptions} says of the step that undoes an obligation; both or neither. */
export type UndoOptions<Input, Output, Undo extends AnyStep> =
  | {
      /** The step that undoes it. It must be among the machine's actors. */
      readonly undo: Undo;
      /** Makes the undo's input. Pure. The output is missing when nobody knows whether the step took effect. */
      readonly undoInput: (forward: Forward<Input, Output>) => InputOf<Undo>;
    }
  | { readonly undo?: undefined; readonly undoInput?: undefined };

/** The obligation that a step opens: something in the world that must be kept or undone by the end. */
export type OpensOptions<Input, Output, Undo extends AnyStep> = {
  /** What it is, for example `payment.captured`. */
  readonly kind: string;
  /** Which one it is, as a pure function of the input: a card, a seat, an order. */
  readonly instance: (input: Input) => string;
  /** Says of a step that is done whether it opened the obligation after all. Left out: it did. */
  readonly when?: (answer: { readonly input: Input; readonly output: Output }) => boolean;
  /** What it is worth, for people who look at open obligations. */
  readonly amount?: (forward: Forward<Input, Output>) => Money | undefined;
  /**
   * By what the participant knows a repeat. `key`, the default: by the idempotency key, so that a new run of the step,
   * which has a new key, opens another thing under the same name. `instance`: by the instance as well, whatever the
   * key: a payment intent that can be confirmed once, a look-up that opens nothing by itself. The contract suite for
   * adapters proves it; the check takes it for granted, and says so.
   */
  readonly idempotentBy?: 'key' | 'instance';
} & UndoOptions<Input, Output, Undo>;

/** An obligation that a step closes when it is done. */
export interface ClosesOptions<Input, Output> {
  readonly kind: string;
  readonly instance: (input: Input) => string;
  /** For a step that only finds out: whether what it found is that the obligation is closed. Left out: it closes. */
  readonly when?: (answer: { readonly input: Input; readonly output: Output }) => boolean;
}

/** What {@link step} takes. Times are in milliseconds. */
export interface StepOptions<
  In extends z.ZodType,
  Out extends z.ZodType,
  Undo extends AnyStep,
  Probe extends boolean,
> {
  readonly input: In;
  readonly output: Out;
  /** How often and how soon it is tried again; see {@link RetryPolicy} for the defaults. */
  readonly retry?: Partial<RetryPolicy>;
  /** The longest that one attempt may take; 10 seconds by default, or the deadline. */
  readonly timeoutMs?: number;
  /** The longest that the step may take with all its attempts and waits; 10 minutes by default. */
  readonly deadlineMs?: number;
  readonly opens?: OpensOptions<z.output<In>, z.output<Out>, Undo>;
  readonly closes?:
    | ClosesOptions<z.output<In>, z.output<Out>>
    | readonly ClosesOptions<z.output<In>, z.output<Out>>[];
  /** The codes with which it may be declined. None: it can't be declined, and a decline parks the saga. */
  readonly declines?: readonly string[];
  /** After this step there is no way back: the saga only goes forward. */
  readonly pivot?: boolean;
  /** The adapter can look an idempotency key up at the participant; it is then `{ run, probe }`. */
  readonly probe?: Probe;
  /**
   * The participant honours the idempotency key, so that a repeat can't double the effect; true by default.
   * Where it is false and there is a probe, the probe is asked before each retry.
   */
  readonly idempotent?: boolean;
}

/** A contract as the runner reads it: types erased, defaults filled in. */
export interface StepContract<Name extends string = string> {
  readonly name: Name;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly opens: ErasedOpens | undefined;
  readonly closes: readonly ClosesOptions<unknown, unknown>[];
  readonly declines: readonly string[];
  readonly pivot: boolean;
  readonly probe: boolean;
  readonly idempotent: boolean;
}

/** {@link OpensOptions} with its types erased. */
export interface ErasedOpens {
  readonly kind: string;
  readonly instance: (input: unknown) => string;
  readonly when: ((answer: { input: unknown; output: unknown }) => boolean) | undefined;
  readonly amount: ((forward: Forward<unknown, unknown>) => Money | undefined) | undefined;
  readonly idempotentBy: 'key' | 'instance';
  readonly undo: string | undefined;
  readonly undoInput: ((forward: Forward<unknown, unknown>) => unknown) | undefined;
}

/** Types that a step carries for the compiler; never there at run time. */
export interface StepTypes<Name extends string, Input, ParsedInput, RawOutput, Undo extends string, Probe> {
  readonly name: Name;
  readonly input: Input;
  readonly parsedInput: ParsedInput;
  readonly rawOutput: RawOutput;
  readonly undo: Undo;
  readonly probe: Probe;
}

/** Any step, whatever its types. */
export interface AnyStep {
  readonly contract: StepContract;
  readonly '~types'?: StepTypes<string, unknown, unknown, unknown, string, boolean>;
}

/** The input that a machine gives a step. */
export type InputOf<S extends AnyStep> = NonNullable<S['~types']>['input'];

/** A step: XState actor logic for `setup({ actors })`, with its contract attached. */
export type Step<
  Name extends string,
  In extends z.ZodType,
  Out extends z.ZodType,
  Undo extends string,
  Probe extends boolean,
> = PromiseActorLogic<z.output<Out>, z.input<In>> & {
  readonly contract: StepContract<Name>;
  readonly '~types'?: StepTypes<Name, z.input<In>, z.output<In>, z.input<Out>, Undo, Probe>;
};

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_DEADLINE_MS = 600_000;

/**
 * Declares a step: a call to a participant, with what it does to the world and what undoes it.
 *
 * The result goes into `setup({ actors: { reserveStock } })` under its own name, and is then used as
 * `invoke: { src: 'reserveStock' }`, as `spawnChild('reserveStock', { id, input })`, or, by {@link asAction}, as an
 * action whose answer the machine doesn't wait for.
 *
 * @throws SagaError `DEFINITION_INVALID` when the options contradict each other
 */
export function step<
  const Name extends string,
  In extends z.ZodType,
  Out extends z.ZodType,
  Undo extends AnyStep = never,
  const Probe extends boolean = false,
>(
  name: Name,
  options: StepOptions<In, Out, Undo, Probe>,
): Step<Name, In, Out, [Undo] extends [never] ? never : Undo['contract']['name'], Probe> {
  const contract: StepContract<Name> = {
    name,
    input: options.input,
    output: options.output,
    retry: completeRetryPolicy(options.retry, name),
    timeoutMs: options.timeoutMs ?? Math.min(DEFAULT_TIMEOUT_MS, options.deadlineMs ?? DEFAULT_TIMEOUT_MS),
    deadlineMs: options.deadlineMs ?? Math.max(DEFAULT_DEADLINE_MS, options.timeoutMs ?? 0),
    opens: options.opens && eraseOpens(options.opens),
    // The erased functions only ever get values which the input schema of this same contract has parsed.
    closes: [options.closes ?? []].flat() as readonly ClosesOptions<unknown, unknown>[],
    declines: options.declines ?? [],
    pivot: options.pivot ?? false,
    probe: options.probe ?? false,
    idempotent: options.idempotent ?? true,
  };
  checkContract(contract);
  const logic = fromPromise<z.output<Out>, z.input<In>>(() =>
    Promise.reject(
      new SagaError('DEFINITION_INVALID', `step '${name}' is carried out by a runner, not by XState`),
    ),
  );
  return Object.assign(logic, { contract });
}

function eraseOpens<Input, Output, Undo extends AnyStep>(
  opens: OpensOptions<Input, Output, Undo>,
): ErasedOpens {
  return {
    kind: opens.kind,
    // As with `closes`: the values have been parsed by the schemas of the same contract.
    instance: opens.instance as ErasedOpens['instance'],
    when: opens.when as ErasedOpens['when'],
    amount: opens.amount as ErasedOpens['amount'],
    idempotentBy: opens.idempotentBy ?? 'key',
    undo: opens.undo?.contract.name,
    undoInput: opens.undoInput as ErasedOpens['undoInput'],
  };
}

/** The longest that a probe before an undo may take, in milliseconds; then the undo goes on without it. */
const PROBE_DEADLINE_MS = 60_000;

/** How long a row of this contract may take with all its attempts and waits, in milliseconds. */
export function deadlineMsOf(contract: StepContract, role: 'invoke' | 'action' | 'undo' | 'probe'): number {
  return role === 'probe' ? Math.min(contract.deadlineMs, PROBE_DEADLINE_MS) : contract.deadlineMs;
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,59}$/;

function checkContract(contract: StepContract): void {
  const fail = (what: string) => {
    throw new SagaError('DEFINITION_INVALID', `step '${contract.name}': ${what}`);
  };
  if (!NAME.test(contract.name)) fail('a name is a letter, then letters, digits, - and _, at most 60 in all');
  if (!(contract.timeoutMs > 0)) fail('timeoutMs must be more than 0');
  if (!(contract.deadlineMs >= contract.timeoutMs)) fail('deadlineMs must not be less than timeoutMs');
  if (!(contract.deadlineMs <= MAX_TIME_MS)) fail('deadlineMs must be 100 years at most');
  for (const { kind } of [...(contract.opens ? [contract.opens] : []), ...contract.closes]) {
    const fault = faultOfKind(kind);
    if (fault !== undefined) fail(fault);
  }
  if (contract.opens && contract.opens.undo === undefined && !contract.pivot) {
    fail(`opens '${contract.opens.kind}' but names no undo; only a pivot may open what can't be undone`);
  }
}

/** Why a step failed, as `onError` of the machine sees it. */
export interface StepFailure {
  /**
   * `declined`: a definite no. `unknown`: nobody knows whether it took effect; of a pivot also where it is declined after
   * an attempt whose answer was lost.
   */
  readonly kind: 'declined' | 'unknown';
  /** The code of the decline, or `UNKNOWN`. `compensating`: not dispatched, for the saga is undoing. */
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

/** Reads the {@link StepFailure} from the event of an `onError` transition, whose `error` XState types as unknown. */
export function stepFailure(event: { readonly error?: unknown }): StepFailure {
  const { error } = event;
  if (typeof error === 'object' && error !== null && 'kind' in error && 'code' in error)
    return error as StepFailure;
  return { kind: 'unknown', code: 'UNKNOWN', message: String(error) };
}

/**
 * Lets a step be used as an action, for `setup({ actions: { notifyUser: asAction(notifyUser) } })`. It is carried
 * out with the same key and retries, but the machine doesn't wait for it, and its failure parks its row alone.
 * Such a step may not open an obligation, stands among the actors, too, and is called as an action what the step is called.
 */
export function asAction<S extends AnyStep>(step: S): (args: unknown, params: InputOf<S>) => void {
  return Object.assign(() => undefined, { step: step.contract.name });
}

/** The step that an action stands for, by {@link asAction}. */
export function stepOfAction(action: unknown): string | undefined {
  return typeof action === 'function' && 'step' in action ? String(action.step) : undefined;
}

/** Whether an actor logic is a step. */
export function isStep(logic: unknown): logic is AnyStep {
  return typeof logic === 'object' && logic !== null && 'contract' in logic;
}
