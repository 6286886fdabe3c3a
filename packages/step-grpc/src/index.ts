export { CHANNEL_OPTIONS } from './channel-options.js';
export { GrpcCallError } from './grpc-call-error.js';
export { DEFINITE_STATUSES, type GrpcFailure, type GrpcStatus, readGrpcFailure } from './grpc-status.js';
export {
  type GrpcCallOptions,
  type GrpcOptions,
  type GrpcProbe,
  type GrpcStepOf,
  type GrpcStepOptions,
  type GrpcStepsOf,
  grpcSteps,
} from './grpc-steps.js';
