import type { Declined, Later, ProbeAnswer } from './answer.js';
import type { AnyStep, StepTypes } from './step.js';

/** What an adapter is called with. */
export interface StepCall<Input> {
  readonly input: Input;
  /** The same for every attempt of this step; pass it on to the participant. */
  readonly idempotencyKey: string;
  /** From 1. */
  readonly attempt: number;
  /** How long this attempt may take, in milliseconds; a heartbeat gives it that time again. */
  readonly timeoutMs: number;
  /** Aborted when the attempt times out or the worker has lost its lease; pass it on to `fetch` and the like. */
  readonly signal: AbortSignal;
  readonly sagaId: string;
  /** Tells the runner that the attempt is alive; it then gets its whole timeout again, up to the step's deadline. */
  readonly heartbeat: () => void;
  /** W3C trace context to send along, where there is one. */
  readonly trace: { readonly traceparent?: string };
}

/** What a probe is called with. */
export interface ProbeCall<Input> {
  readonly input: Input;
  /** The key of the step that is asked about. */
  readonly idempotencyKey: string;
  /** How long the probe may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly sagaId: string;
  /** W3C trace context to send along, where there is one. */
  readonly trace: { readonly traceparent?: string };
}

/**
 * Carries a step out. It returns the output, `declined(code)` for a definite no, or `later()`; whatever it throws
 * is retried with the same key. It may be called more than once for the same key.
 */
export type StepFunction<Input, Output> = (
  call: StepCall<Input>,
) => Output | Declined | Later | Promise<Output | Declined | Later>;

/** Looks an idempotency key up at the participant. What it throws counts as "can't say". */
export type ProbeFunction<Input, Output> = (
  call: ProbeCall<Input>,
) => ProbeAnswer<Output> | Promise<ProbeAnswer<Output>>;

/** An adapter: a function, or with a probe `{ run, probe }`. */
export type Adapter<Input, Output> =
  | StepFunction<Input, Output>
  | { readonly run: StepFunction<Input, Output>; readonly probe?: ProbeFunction<Input, Output> };

/** The adapter that a step needs; a contract with `probe: true` asks for `{ run, probe }`. */
export type AdapterOf<S extends AnyStep> =
  NonNullable<S['~types']> extends StepTypes<
    infer _Name,
    infer _Input,
    infer Parsed,
    infer Output,
    infer _Undo,
    infer Probe
  >
    ? Probe extends true
      ? { readonly run: StepFunction<Parsed, Output>; readonly probe: ProbeFunction<Parsed, Output> }
      : Adapter<Parsed, Output>
    : never;

/** An adapter with its types erased, as a runner holds it. */
export interface ErasedAdapter {
  readonly run: StepFunction<unknown, unknown>;
  readonly probe: ProbeFunction<unknown, unknown> | undefined;
}

/** Brings both forms of an adapter into one; `undefined` when the value is neither. */
export function normalizeAdapter(value: unknown): ErasedAdapter | undefined {
  if (typeof value === 'function') return { run: value as ErasedAdapter['run'], probe: undefined };
  if (typeof value !== 'object' || value === null || !('run' in value) || typeof value.run !== 'function') {
    return undefined;
  }
  const probe = 'probe' in value && typeof value.probe === 'function' ? value.probe : undefined;
  return { run: value.run as ErasedAdapter['run'], probe: probe as ErasedAdapter['probe'] };
}
