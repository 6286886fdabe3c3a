import type { GrpcStatus } from './grpc-status.js';

/**
 * A gRPC call that brought neither an output nor a definite no: nobody knows whether it took effect. An adapter throws
 * it, so that the step is tried again with the same key.
 */
export class GrpcCallError extends Error {
  override readonly name = 'GrpcCallError';

  constructor(
    readonly status: GrpcStatus,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
