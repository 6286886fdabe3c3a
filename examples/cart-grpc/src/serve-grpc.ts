import { SagaError } from '@countermand/saga-core';
import { createServer, type Server, ServerError, type ServerMiddleware, Status } from 'nice-grpc';
import type { Logger } from 'pino';
import { InvalidRequest } from './checkout.ts';

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Takes no calls any more, and waits for those under way. */
  stop(): Promise<void>;
}

/** Serves gRPC. What a call fails with is written to the log, and leaves as a status that says no more than it may. */
export async function serveGrpc(
  address: string,
  log: Logger,
  add: (server: Pick<Server, 'add'>) => void,
): Promise<Listening> {
  const server = createServer().use(logErrors(log));
  add(server);
  const port = await server.listen(address);
  return { port, stop: () => server.shutdown() };
}

function logErrors(log: Logger): ServerMiddleware {
  return async function* (call, context) {
    try {
      return yield* call.next(call.request, context);
    } catch (error) {
      const about = { method: call.method.path, key: context.metadata.get('idempotency-key') };
      const status = context.signal.aborted ? undefined : statusOf(error);
      if (!status) {
        log.warn(about, 'call ended by its caller');
        throw error;
      }
      const level = status.code === Status.INTERNAL ? 'error' : 'warn';
      log[level]({ ...about, status: Status[status.code], err: error }, 'call refused');
      throw status;
    }
  };
}

function statusOf(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  if (error instanceof InvalidRequest) return new ServerError(Status.INVALID_ARGUMENT, error.message);
  if (error instanceof SagaError && error.code === 'START_CONFLICT')
    return new ServerError(Status.ALREADY_EXISTS, 'the idempotency key was used for another request');
  if (error instanceof SagaError && error.code === 'INPUT_INVALID')
    return new ServerError(Status.INVALID_ARGUMENT, error.message);
  return new ServerError(Status.INTERNAL, 'something went wrong here');
}
