/** The status codes of gRPC, by their numbers on the wire. */
export const GRPC_STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** A status code of gRPC, by its name. */
export type GrpcStatus = (typeof GRPC_STATUSES)[number];

/**
 * The statuses by which a participant says a definite no: the same request would be refused again, and nothing
 * happened. All others leave open what happened, or are ours to mend.
 */
export const DEFINITE_STATUSES: readonly GrpcStatus[] = [
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
];

/** What an error of a gRPC client says. */
export interface GrpcFailure {
  readonly status: GrpcStatus;
  readonly message: string;
  /** What was thrown, as the client has it. */
  readonly error: object;
}

/**
 * Reads an error of nice-grpc, Connect or grpc-js: each has the status as a number at `code`. `undefined` where it is
 * none of theirs.
 */
export function readGrpcFailure(error: unknown): GrpcFailure | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  const status = typeof code === 'number' && code > 0 ? GRPC_STATUSES[code] : undefined;
  if (!status) return undefined;
  return { status, message: messageIn(error), error };
}

/** The participant's words, without what clients put around them. */
function messageIn(error: object): string {
  if ('rawMessage' in error && typeof error.rawMessage === 'string') return error.rawMessage;
  // Connect's details are messages, the others' are text.
  if ('details' in error && typeof error.details === 'string') return error.details;
  return error instanceof Error ? error.message : '';
}
