import type { Refusal } from '../contract/answers.ts';
import type { Change } from '../journal/change.ts';

/** How the participants behave, from the settings. */
export interface Policy {
  latePaymentDelayMs: number;
  slowCaptureMs: number;
  paymentFailureRate: number;
  autoFulfilment: boolean;
  fulfilmentDelayMs: number;
}

/** What a decision may know besides the books: all that is not pure comes in here. */
export interface Moment {
  /** In ms since 1970. */
  now: number;
  /** A new id that begins with the prefix. */
  newId: (prefix: string) => string;
  policy: Policy;
}

/**
 * A participant's answer to a command, and what it did about it. With 409 nothing happened that
 * would have to be undone; 202 says that the rest comes by webhook.
 */
export interface Decision {
  status: 200 | 202 | 409;
  answer: Record<string, unknown>;
  changes: Change[];
  /** The effect stands, its answer is lost until then (in ms since 1970). */
  lostUntil?: number;
}

/** Done; a command that found its work done already answers without changes. */
export function done(answer: Record<string, unknown>, changes: Change[] = []): Decision {
  return { status: 200, answer, changes };
}

/** A definite no. */
export function refused(refusal: Refusal, changes: Change[] = []): Decision {
  return { status: 409, answer: { ...refusal }, changes };
}
