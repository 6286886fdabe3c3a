import type { SagaStatus, SagaView } from '@countermand/saga-core';
import { orderStatus } from '@countermand/saga-core/order';

/** A saga's status as this server's callers know it. */
export const SAGA_STATUSES = [
  'PARKED',
  'COMPENSATING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'STARTED',
] as const;

/** One of {@link SAGA_STATUSES}. */
export type SagaStatusName = (typeof SAGA_STATUSES)[number];

/** The first that fits: parked, compensating, how it ended, or under way. */
export function sagaStatusOf({ status, state }: Pick<SagaView, 'status' | 'state'>): SagaStatusName {
  if (status === 'parked') return 'PARKED';
  if (status === 'compensating') return 'COMPENSATING';
  if (status === 'running') return 'STARTED';
  const end = orderStatus(state);
  return end === 'FAILED' || end === 'CANCELLED' ? end : 'COMPLETED';
}

/** What the runner's list selects by, to find the sagas of a status. */
export function filterOf(status: SagaStatusName): { readonly status: SagaStatus; readonly state?: string } {
  switch (status) {
    case 'PARKED':
      return { status: 'parked' };
    case 'COMPENSATING':
      return { status: 'compensating' };
    case 'STARTED':
      return { status: 'running' };
    case 'COMPLETED':
      return { status: 'rest', state: 'IN_TRANSIT' };
    default:
      return { status: 'rest', state: status };
  }
}
