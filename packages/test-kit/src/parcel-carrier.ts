import type { AdaptersFor } from '@countermand/saga-core';
import { answers, sends } from '@countermand/step-messages';
import { z } from 'zod';
import { parcelSaga, sendParcel } from './parcel-saga.ts';

/** What a carrier says by messages, whatever broker they come through. */
export const parcelRoutes = {
  'parcel.sent': answers(sendParcel, z.object({ tracking: z.string() }), (payload) => ({ output: payload })),
  'parcel.refused': answers(sendParcel, z.object({}), () => ({ declined: 'NO_ADDRESS' })),
  'parcel.noted': sends(z.object({ text: z.string() }), ({ text }) => ({ type: 'NOTED', text })),
};

type ParcelAdapters = AdaptersFor<typeof parcelSaga>;

/** What a runner is made of whose parcels are sent by an adapter; they come back by themselves. */
export function parcelRunnerOptions(connection: string, send: ParcelAdapters['sendParcel']) {
  const parcel: ParcelAdapters = { sendParcel: send, returnParcel: () => ({}) };
  return { connection, sagas: [parcelSaga] as const, adapters: { parcel } };
}
