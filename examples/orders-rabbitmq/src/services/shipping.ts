import type { Message } from '@countermand/step-messages';
import { z } from 'zod';
import { STREAMS } from '../rabbit/streams.ts';
import {
  ANSWERED,
  type Participant,
  type ParticipantParts,
  type Reply,
  startParticipant,
} from './participant.ts';

export const SHIPPING_TABLES = [ANSWERED];

const order = z.object({ order_id: z.string() });
const confirmation = { exchange: STREAMS.orders, routingKey: 'ORDER_CONFIRMED' } as const;
const confirmed = z.object({ orderId: z.string() });

/**
 * Warehouse and carrier: packs what it is told of, then makes shipment and label, and scans the parcel. With
 * `startsFromStream` packing begins with `ORDER_CONFIRMED` of `order-events`.
 */
export async function startShipping(
  parts: ParticipantParts,
  { startsFromStream }: { readonly startsFromStream: boolean },
): Promise<Participant> {
  const commands = ['shipping.prepare', 'shipping.create', 'shipping.label'];
  return await startParticipant(
    parts,
    startsFromStream ? [...commands, confirmation] : commands,
    async (_tx, message) => await Promise.resolve(handle(message, startsFromStream)),
  );
}

function handle({ type, payload }: Message, startsFromStream: boolean): Reply[] {
  if (type === confirmation.routingKey) return [packed(confirmed.parse(payload).orderId)];
  const { order_id } = order.parse(payload);
  switch (type) {
    case 'shipping.prepare':
      return [
        { type: 'shipping.noted', payload: { order_id } },
        ...(startsFromStream ? [] : [packed(order_id)]),
      ];
    case 'shipping.create':
      return [{ type: 'shipping.created', payload: { order_id, shipment_id: `shipment-${order_id}` } }];
    default: {
      const tracking = `track-${order_id}`;
      return [
        { type: 'shipping.labelled', payload: { order_id, label_id: `label-${order_id}`, tracking } },
        { type: 'shipping.scanned', payload: { order_id, tracking } },
      ];
    }
  }
}

function packed(order_id: string): Reply {
  return { type: 'shipping.packed', payload: { order_id, parcel_id: `parcel-${order_id}` } };
}
