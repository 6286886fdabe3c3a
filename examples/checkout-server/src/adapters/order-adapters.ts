import type { AdaptersFor } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import { checkAdapters, type FindAddress } from './check-adapters.ts';
import { couponAdapters } from './coupon-adapters.ts';
import { fulfilmentAdapters } from './fulfilment-adapters.ts';
import type { ParticipantsClient } from './participants-client.ts';
import { type PaymentOptions, paymentAdapters } from './payment-adapters.ts';
import { stockAdapters } from './stock-adapters.ts';

/** What the adapters of the order saga work with. */
export interface OrderAdapterOptions extends PaymentOptions {
  readonly client: ParticipantsClient;
  readonly findAddress: FindAddress;
}

/** One adapter for each step of the order saga. */
export function orderAdapters({
  client,
  findAddress,
  allowMockTokens,
  findToken,
}: OrderAdapterOptions): AdaptersFor<OrderSaga> {
  return {
    ...stockAdapters(client),
    ...couponAdapters(client),
    ...paymentAdapters(client, { allowMockTokens, findToken }),
    ...fulfilmentAdapters(client),
    ...checkAdapters(findAddress),
  };
}
