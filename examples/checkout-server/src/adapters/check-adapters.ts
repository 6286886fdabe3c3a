import { type AdaptersFor, declined } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import type { StoredAddress } from '../db/tables.ts';

/** Finds where an order goes. */
export type FindAddress = (orderId: string) => Promise<StoredAddress | undefined>;

/** The checks of a paid order: they read the address where it is stored, so that no saga carries it around. */
export function checkAdapters(
  findAddress: FindAddress,
): Pick<AdaptersFor<OrderSaga>, 'checkFraud' | 'checkAddress'> {
  const addressOf = async (orderId: string): Promise<StoredAddress> => {
    const address = await findAddress(orderId);
    if (!address) throw new Error(`order ${orderId} has no address`);
    return address;
  };
  return {
    checkFraud: async ({ input }) =>
      (await addressOf(input.orderId)).country === 'XX' ? declined('FRAUD_CHECK_FAILED') : {},
    checkAddress: async ({ input }) =>
      (await addressOf(input.orderId)).postalCode === '00000' ? declined('ADDRESS_INVALID') : {},
  };
}
