import { SagaError, type SagaErrorCode } from '@countermand/saga-core';
import type { ErrorAnswer } from './wire.js';

/** An answer that isn't what was asked for. */
export class ConsoleError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const STATUS: Partial<Record<SagaErrorCode, number>> = {
  SETTING_INVALID: 400,
  EVENT_INVALID: 400,
  EVENT_NOT_DECLARED: 400,
  SAGA_ID_INVALID: 404,
  SAGA_NOT_FOUND: 404,
  SAGA_UNKNOWN: 409,
  NOT_PARKED: 409,
  STEP_NOT_FOUND: 409,
  OVERRIDE_REFUSED: 409,
  MAILBOX_FULL: 409,
  OVERLOADED: 503,
  RUNNER_STOPPED: 503,
};

/** The answer to an error; what isn't expected is told without its particulars, which go to `report`. */
export function answerError(error: unknown, report: (error: unknown) => void): Response {
  if (error instanceof ConsoleError) return errorResponse(error.status, error);
  const status = error instanceof SagaError ? STATUS[error.code] : undefined;
  if (error instanceof SagaError && status !== undefined) return errorResponse(status, error);
  report(error);
  const message = 'Something went wrong on the server; its log says what.';
  return errorResponse(500, { code: 'INTERNAL', message });
}

function errorResponse(status: number, { code, message }: ErrorAnswer): Response {
  return Response.json({ code, message } satisfies ErrorAnswer, { status });
}
