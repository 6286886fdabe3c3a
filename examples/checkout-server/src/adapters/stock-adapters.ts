import type { AdaptersFor } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import type { CommitStock, ReleaseStock, ReserveStock } from '@countermand-examples/participants/contract';
import { callParticipant } from './participant-steps.ts';
import type { ParticipantsClient } from './participants-client.ts';

type StockSteps = 'reserveStock' | 'releaseStock' | 'commitStock';

/** The inventory participant's part of the order saga. */
export function stockAdapters(client: ParticipantsClient): Pick<AdaptersFor<OrderSaga>, StockSteps> {
  return {
    reserveStock: (call) => callParticipant(client, reserve, call),
    releaseStock: (call) => callParticipant(client, release, call),
    commitStock: (call) => callParticipant(client, commit, call),
  };
}

interface OrderInput {
  readonly orderId: string;
}

const reserve = {
  path: '/inventory/reserve',
  body: ({ orderId, items }: OrderInput & { items: ReserveStock['items'] }): ReserveStock => ({
    order_id: orderId,
    items,
  }),
  declines: ['OUT_OF_STOCK', 'UNKNOWN_SKU', 'RELEASED'],
  output: ({ reservation_id }: Record<string, unknown>) => ({ reservationId: String(reservation_id) }),
};

const release = {
  path: '/inventory/release',
  body: ({ orderId }: OrderInput): ReleaseStock => ({ order_id: orderId }),
  // Output schemas check what the participant says.
  output: ({ status }: Record<string, unknown>) => ({ status: status as 'released' | 'not_found' }),
};

const commit = {
  path: '/inventory/commit',
  body: ({ orderId }: OrderInput): CommitStock => ({ order_id: orderId }),
  output: ({ status }: Record<string, unknown>) => ({ status: status as 'committed' }),
};
