import type { AdaptersFor } from '@countermand/saga-core';
import type { yourSaga } from './your-saga.js';

/**
 * How the steps are carried out: put your own calls here. Each may be called more than once, always with the same
 * `idempotencyKey`: pass it on. What one throws is tried again; a definite no is `declined('NOT_AVAILABLE')`, from
 * `@countermand/saga-core`.
 */
export const yourAdapters = {
  // For example: await inventory.reserve(input.item, { idempotencyKey, signal });
  reserve: async () => ({}),
  release: async () => ({}),
  charge: async () => ({}),
  refund: async () => ({}),
} satisfies AdaptersFor<typeof yourSaga>;
