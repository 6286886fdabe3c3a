import { SagaError } from '@countermand/saga-core';
import { HTTPException } from 'hono/http-exception';
import { ParticipantFailure } from '../adapters/participant-failure.ts';
import { isConnectionLost } from '../db/is-connection-lost.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

/** What passes by itself, or once a person has looked at it. */
const LATER: Readonly<Record<string, string>> = {
  RUNNER_STOPPED: 'The server is about to stop; try again.',
  OVERLOADED: 'The server has more to do than it can; try again.',
  MAILBOX_FULL: 'The order takes no more news at the moment; try again later.',
};
/** Connection exceptions, insufficient resources, operator intervention; and the system's own codes. */
const DATABASE_AWAY = /^(08...|53...|57P..|E[A-Z]+)$/;

/** What a route has thrown, as its caller is told. What is this server's fault goes to the log. */
export function problemOf(error: Error, log: Pick<Services['log'], 'warn' | 'error'>): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status < 500)
    return new Problem('BODY_INVALID', 'The request could not be read.');
  if (error instanceof ParticipantFailure) {
    log.warn({ reason: error.message }, 'participants do not answer');
    return new Problem('UNAVAILABLE', 'The participants do not answer; try again.');
  }
  const later = error instanceof SagaError && Object.hasOwn(LATER, error.code) && LATER[error.code];
  if (later) return new Problem('UNAVAILABLE', later);
  if (isDatabaseAway(error)) {
    log.warn({ reason: error.message }, 'the database does not answer');
    return new Problem('UNAVAILABLE', 'The database does not answer; try again.');
  }
  log.error({ err: error }, 'request failed');
  return new Problem('INTERNAL', 'Something went wrong here; nothing of your request is at fault.');
}

function isDatabaseAway(error: Error): boolean {
  if (error instanceof SagaError) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code === undefined ? isConnectionLost(error) : DATABASE_AWAY.test(code);
}
