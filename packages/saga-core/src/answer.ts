import type { Json } from './json.js';

const BRAND = Symbol.for('countermand.answer');

/** A definite no from a participant: nothing happened in the world. */
export interface Declined {
  readonly [BRAND]: 'declined';
  readonly code: string;
  readonly details?: Json;
}

/** The participant took the request and will answer by a message that carries the idempotency key. */
export interface Later {
  readonly [BRAND]: 'later';
}

/** The request took effect, with this output. */
export interface Landed<Output> {
  readonly [BRAND]: 'landed';
  readonly output: Output;
}

/** The participant doesn't know the key. */
export interface NotLanded {
  readonly [BRAND]: 'notLanded';
}

/** The participant can't tell at the moment. */
export interface CannotSay {
  readonly [BRAND]: 'cannotSay';
}

/** What a probe can find out about an idempotency key. */
export type ProbeAnswer<Output> = Landed<Output> | NotLanded | CannotSay;

/**
 * Answers a step with a definite no. Not retried; the machine gets it as `onError` with `kind: 'declined'`.
 *
 * @param code - one of the codes that the step's contract declares; any other parks the saga
 */
export function declined(code: string, details?: Json): Declined {
  return details === undefined ? { [BRAND]: 'declined', code } : { [BRAND]: 'declined', code, details };
}

/**
 * Says that the answer comes later, by `runner.answer(idempotencyKey, ...)`. The step then waits in the database,
 * without a connection or a lease, until its deadline.
 */
export function later(): Later {
  return { [BRAND]: 'later' };
}

/** A probe's answer: the request took effect, and this was its output. */
export function landed<Output>(output: Output): ProbeAnswer<Output> {
  return { [BRAND]: 'landed', output };
}

/** A probe's answer: the participant doesn't know the key. */
export function notLanded(): ProbeAnswer<never> {
  return { [BRAND]: 'notLanded' };
}

/** A probe's answer: the participant can't tell at the moment. */
export function cannotSay(): ProbeAnswer<never> {
  return { [BRAND]: 'cannotSay' };
}

/** Whether an adapter's return value is {@link declined}. */
export function isDeclined(value: unknown): value is Declined {
  return brandOf(value) === 'declined';
}

/** Whether an adapter's return value is {@link later}. */
export function isLater(value: unknown): value is Later {
  return brandOf(value) === 'later';
}

/** Which of the three a probe said, and the output where it landed; `undefined` when it is no probe answer. */
export function readProbeAnswer(
  value: unknown,
): { kind: 'landed'; output: unknown } | { kind: 'notLanded' | 'cannotSay' } | undefined {
  const brand = brandOf(value);
  if (brand === 'landed') return { kind: 'landed', output: (value as { output: unknown }).output };
  return brand === 'notLanded' || brand === 'cannotSay' ? { kind: brand } : undefined;
}

function brandOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && BRAND in value ? value[BRAND] : undefined;
}
