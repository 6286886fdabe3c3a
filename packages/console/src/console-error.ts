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
  NOT_JSON: 400,
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
  SCHEMA_OUTDATED: 503,
  RUNNER_STOPPED: 503,
};

/**
 * The answer to an error, for people where they asked for a page; what isn't expected is told without its particulars,
 * which go to `report`.
 */
export function answerError(error: unknown, request: Request, report: (error: unknown) => void): Response {
  const { status, code, message } = describeError(error, report);
  if (request.headers.get('accept')?.includes('text/html')) return errorPage(status, message);
  return Response.json({ code, message } satisfies ErrorAnswer, { status });
}

function describeError(
  error: unknown,
  report: (error: unknown) => void,
): ErrorAnswer & { readonly status: number } {
  if (error instanceof ConsoleError) return error;
  const status = error instanceof SagaError ? STATUS[error.code] : undefined;
  if (error instanceof SagaError && status !== undefined) {
    return { status, code: error.code, message: error.message };
  }
  report(error);
  const message = 'Something went wrong on the server; its log says what.';
  return { status: 500, code: 'INTERNAL', message };
}

function errorPage(status: number, message: string): Response {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width"><title>Console</title></head><body><p>${text}</p></body></html>`;
  return new Response(page, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}
