/**
 * Every code that an error of ours can carry, with what it means. The error reference in the docs is generated
 * from this table.
 */
export const ERROR_CODES = {
  DEFINITION_INVALID: 'The saga definition breaks a rule; the message says which and where.',
  NOT_JSON: 'A value that must be stored is not plain JSON.',
  INPUT_INVALID: "The input of a start does not fit the saga's input schema.",
  EVENT_NOT_DECLARED: 'The event type is not among the public events of the saga.',
  EVENT_INVALID: 'The payload of the event does not fit its schema.',
  SAGA_ID_INVALID: 'The saga id has characters or a length that an id may not have.',
  SAGA_NOT_FOUND: 'No saga has that id.',
  SAGA_UNKNOWN: 'No saga definition of that name and version is registered with this runner.',
  START_CONFLICT: 'A saga with that id or idempotency key exists, started with another type or input.',
  FINGERPRINT_MISMATCH:
    'A definition with the same name and version but another structure is in the database.',
  SNAPSHOT_INVALID: 'A stored snapshot does not belong to the machine that should read it.',
  CONTEXT_TOO_LARGE: 'The context of the saga is larger than a saga may keep.',
  MAILBOX_FULL: 'The saga keeps as many undelivered events as it may; try again later.',
  NOT_PARKED: 'Only a parked saga or a parked step can be retried or skipped.',
  STEP_NOT_FOUND: 'The saga has no unsettled step with that id.',
  OVERRIDE_REFUSED: 'The machine has no such edge for administrators in its present state.',
  DECIDE_FAILED: 'A guard, an assign or another function of the machine threw.',
  OUTPUT_INVALID: "An adapter's output does not fit the output schema of its step.",
  DECLINE_NOT_DECLARED: 'An adapter declined with a code that the step does not declare.',
  STEP_INPUT_INVALID: 'The input that the machine gave a step does not fit its schema.',
  STEP_ERROR_UNHANDLED: 'A step failed, and the machine has no handler for it where it stands.',
  UNDO_FAILED: 'An undo could not be carried out within its retry budget.',
  UNDO_MISSING: 'An obligation must be undone, but the step that opened it names no undo.',
  OBLIGATION_LEFT_OPEN: 'The machine came to rest while something was still open in the world.',
  UPGRADE_FAILED:
    'A migration to a newer version threw, or what it made is not valid; the saga stays in its version.',
  UPGRADE_REFUSED:
    'The saga can not go on in that version while it is where it is, or its mapping is missing.',
  PARKED_BY_HAND: 'An administrator parked the saga.',
  ANSWER_INVALID: 'What was given as an answer of a step is none.',
  ANSWER_UNKNOWN: 'No step waits for an answer with that idempotency key.',
  SETTING_INVALID: 'A setting of the runner cannot be used.',
  SCHEMA_OUTDATED:
    'The tables in the database are not those that this version needs; run `countermand migrate`.',
  OVERLOADED: 'More calls wait for the database than a runner lets wait; try again later.',
  RUNNER_STOPPED: 'The runner was stopped before it could do this.',
  WAIT_TIMED_OUT: 'What was waited for did not happen in time.',
  ADAPTER_MISSING: 'A step of the saga has no adapter here.',
} as const;

/** A code from {@link ERROR_CODES}. */
export type SagaErrorCode = keyof typeof ERROR_CODES;

const MARK = Symbol.for('countermand.error');

/**
 * The one error class of the packages. `code` is stable and listed in the docs; `message` is for people and says
 * what to do; `details` is plain JSON.
 */
export class SagaError extends Error {
  override readonly name = 'SagaError';

  /** Bundlers, and programs that both import and require, load this class more than once: all of them are one. */
  static override [Symbol.hasInstance](value: unknown): value is SagaError {
    return typeof value === 'object' && value !== null && MARK in value;
  }

  constructor(
    readonly code: SagaErrorCode,
    message: string,
    readonly details?: unknown,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The mark by which another copy of this class knows its errors. */
  get [MARK](): true {
    return true;
  }

  /** With its code, for logs that only take text: `SagaError [INPUT_INVALID]: ...`. */
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

/** Messages go into envelopes and histories; some hold whole pages of a participant's. */
const MAX_MESSAGE_LENGTH = 2_000;

/** The message of anything that was thrown, in one line that can be stored, of 2,000 characters at most, never empty. */
export function messageOf(thrown: unknown): string {
  const line = textOf(thrown)
    .replace(/[\s\0]+/g, ' ')
    .trim();
  const isLong = line.length > MAX_MESSAGE_LENGTH;
  const text = isLong ? `${line.slice(0, MAX_MESSAGE_LENGTH - 3)}...` : line;
  return text.toWellFormed() || 'unknown error';
}

function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  } catch {
    // An object without a prototype, say, has no text.
    return typeof thrown;
  }
}
