import type { Change } from '../journal/change.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { FulfilmentBook } from './fulfilment.ts';

/** The warehouse's pick lists and parcels, and the carrier's scans, by order. */
export interface DeliveryBook {
  pickLists: Map<string, string>;
  parcels: Map<string, string>;
  scanned: Map<string, string>;
}

export function emptyDelivery(): DeliveryBook {
  return { pickLists: new Map(), parcels: new Map(), scanned: new Map() };
}

/** Writes one change into the book; changes of other participants pass by. */
export function postToDelivery(book: DeliveryBook, change: Change): void {
  switch (change.kind) {
    case 'pick_list.received':
      book.pickLists.set(change.order_id, change.pick_list_id);
      return;
    case 'parcel.packed':
      book.parcels.set(change.order_id, change.parcel_id);
      return;
    case 'parcel.scanned':
      book.scanned.set(change.order_id, change.tracking);
      return;
  }
}

/** Takes a pick list and, where the warehouse works by itself, plans the packing. */
export function receivePickList(
  book: DeliveryBook,
  { order_id }: { order_id: string },
  moment: Moment,
): Decision {
  const known = book.pickLists.get(order_id);
  if (known) return done({ pick_list_id: known });
  const pick_list_id = moment.newId('pick');
  const received: Change = { kind: 'pick_list.received', order_id, pick_list_id };
  if (!moment.policy.autoFulfilment) return done({ pick_list_id }, [received]);
  return done({ pick_list_id }, [
    received,
    {
      kind: 'task.planned',
      task_id: `pack ${order_id}`,
      due_at: moment.now + moment.policy.fulfilmentDelayMs,
      task: { kind: 'pack', order_id },
    },
  ]);
}

/**
 * Packs an order that has a pick list and tells of it. By hand it may be told again: a second
 * webhook with an id of its own, about the same parcel.
 */
export function pack(book: DeliveryBook, { order_id }: { order_id: string }, moment: Moment): Decision {
  if (!book.pickLists.has(order_id)) {
    return refused({ code: 'NO_PICK_LIST', message: 'The warehouse has no pick list for the order.' });
  }
  const known = book.parcels.get(order_id);
  const parcel_id = known ?? moment.newId('par');
  const packed: Change[] = known ? [] : [{ kind: 'parcel.packed', order_id, parcel_id }];
  return done({ parcel_id }, [
    ...packed,
    {
      kind: 'webhook.queued',
      webhook_id: moment.newId('msg'),
      to: 'warehouse',
      not_before: moment.now,
      webhook: { type: 'warehouse.packed', data: { order_id, parcel_id } },
    },
  ]);
}

/** Scans the parcel of an order that has a label, and tells of it; again as with packing. */
export function scan(
  book: DeliveryBook,
  labels: FulfilmentBook['labels'],
  body: { order_id: string; tracking?: string | undefined },
  moment: Moment,
): Decision {
  const { order_id } = body;
  const tracking = labels.get(order_id)?.tracking;
  if (!tracking) return refused({ code: 'NO_LABEL', message: 'The order has no label.' });
  if (body.tracking !== undefined && body.tracking !== tracking) {
    const message = `The parcel's tracking number is ${tracking}.`;
    return refused({ code: 'UNKNOWN_TRACKING', message });
  }
  const scanned: Change[] = book.scanned.has(order_id)
    ? []
    : [{ kind: 'parcel.scanned', order_id, tracking }];
  return done({ tracking }, [
    ...scanned,
    {
      kind: 'webhook.queued',
      webhook_id: moment.newId('msg'),
      to: 'carrier',
      not_before: moment.now,
      webhook: { type: 'carrier.scanned', data: { order_id, tracking } },
    },
  ]);
}
