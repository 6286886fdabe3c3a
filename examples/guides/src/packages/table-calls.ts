import { type GrpcCallOptions, grpcSteps } from '@countermand/step-grpc';
import { booking } from '../table-saga.ts';

/** What was generated from the proto, for nice-grpc or Connect. */
interface TablesClient {
  hold(request: { table: string; guest: string }, options: GrpcCallOptions): Promise<unknown>;
  free(request: { table: string }, options: GrpcCallOptions): Promise<unknown>;
  remind(request: { guest: string }, options: GrpcCallOptions): Promise<unknown>;
}

/** The steps of a booking as gRPC calls. */
export const tableCalls = (tables: TablesClient) =>
  grpcSteps(booking, {
    holdTable: {
      call: async (input, options) => {
        await tables.hold(input, options);
        return {};
      },
      declines: { FAILED_PRECONDITION: 'TAKEN' },
    },
    freeTable: {
      call: async ({ table }, options) => {
        await tables.free({ table }, options);
        return {};
      },
      on: { NOT_FOUND: () => ({}) }, // undoing nothing is fine
    },
    remindGuest: {
      call: async ({ guest }, options) => {
        await tables.remind({ guest }, options);
        return {};
      },
    },
  });
