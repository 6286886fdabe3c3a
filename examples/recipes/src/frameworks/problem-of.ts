import { SagaError } from '@countermand/saga-core';

/** An answer to a request that failed. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
}

const STATUSES: { readonly [Code in SagaError['code']]?: number } = {
  INPUT_INVALID: 422,
  START_CONFLICT: 409,
  SAGA_NOT_FOUND: 404,
  SAGA_ID_INVALID: 400,
  RUNNER_STOPPED: 503,
  OVERLOADED: 503,
};

/** What a client is told of an error; `undefined` for one that it shouldn't be told. */
export function problemOf(error: unknown): Problem | undefined {
  const status = error instanceof SagaError ? STATUSES[error.code] : undefined;
  if (!(error instanceof SagaError) || status === undefined) return undefined;
  return { status, code: error.code, title: error.message };
}
