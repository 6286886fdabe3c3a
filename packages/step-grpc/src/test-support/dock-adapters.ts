import { type GrpcOptions, grpcSteps } from '../grpc-steps.js';
import type { openDock } from './dock.js';
import { mooringSaga } from './mooring-saga.js';

/** The steps of a ship as calls of a dock. */
export function dockAdapters(client: Awaited<ReturnType<typeof openDock>>['client'], options?: GrpcOptions) {
  return grpcSteps(
    mooringSaga,
    {
      moor: {
        call: async ({ ship }, call) => await client.moor({ ship }, call),
        declines: { RESOURCE_EXHAUSTED: 'FULL' },
        probe: async ({ idempotencyKey }, call) => await client.find({ key: idempotencyKey }, call),
      },
      cast: {
        call: async ({ ship }, call) => await client.cast({ ship }, call),
        on: { NOT_FOUND: () => ({ gone: false }) },
      },
    },
    options,
  );
}
