import type { CreateInvoice, CreateLabel } from '../contract/command-bodies.ts';
import type { Change } from '../journal/change.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';

interface Label {
  labelId: string;
  shipmentId: string;
  tracking: string;
}

/** What fulfilment has made for each order; at most one of each. */
export interface FulfilmentBook {
  opened: Map<string, string>;
  invoices: Map<string, { invoiceId: string; number: string; amount: number }>;
  shipments: Map<string, string>;
  labels: Map<string, Label>;
}

export function emptyFulfilment(): FulfilmentBook {
  return { opened: new Map(), invoices: new Map(), shipments: new Map(), labels: new Map() };
}

/** Writes one change into the book; changes of other participants pass by. */
export function postToFulfilment(book: FulfilmentBook, change: Change): void {
  switch (change.kind) {
    case 'fulfilment.opened':
      book.opened.set(change.order_id, change.fulfilment_id);
      return;
    case 'invoice.issued': {
      const { invoice_id: invoiceId, number, amount } = change;
      book.invoices.set(change.order_id, { invoiceId, number, amount });
      return;
    }
    case 'shipment.created':
      book.shipments.set(change.order_id, change.shipment_id);
      return;
    case 'label.printed': {
      const { label_id: labelId, shipment_id: shipmentId, tracking } = change;
      book.labels.set(change.order_id, { labelId, shipmentId, tracking });
      return;
    }
  }
}

export function openOrder(
  book: FulfilmentBook,
  { order_id }: { order_id: string },
  moment: Moment,
): Decision {
  const known = book.opened.get(order_id);
  if (known) return done({ fulfilment_id: known });
  const fulfilment_id = moment.newId('ful');
  return done({ fulfilment_id }, [{ kind: 'fulfilment.opened', order_id, fulfilment_id }]);
}

/** One invoice per order, numbered without gaps; another amount for the same order is refused. */
export function issueInvoice(book: FulfilmentBook, body: CreateInvoice, moment: Moment): Decision {
  const { order_id } = body;
  const { amount } = body.amount;
  const known = book.invoices.get(order_id);
  if (known && known.amount !== amount) {
    const message = `The order has invoice ${known.number} over ${known.amount}.`;
    return refused({ code: 'ALREADY_INVOICED', message });
  }
  if (known) return done({ invoice_id: known.invoiceId, number: known.number });
  const invoice_id = moment.newId('inv');
  const number = `INV-${String(book.invoices.size + 1).padStart(6, '0')}`;
  return done({ invoice_id, number }, [{ kind: 'invoice.issued', order_id, invoice_id, number, amount }]);
}

export function createShipment(
  book: FulfilmentBook,
  { order_id }: { order_id: string },
  moment: Moment,
): Decision {
  const known = book.shipments.get(order_id);
  if (known) return done({ shipment_id: known });
  const shipment_id = moment.newId('shp');
  return done({ shipment_id }, [{ kind: 'shipment.created', order_id, shipment_id }]);
}

/** Prints the label of a shipment and, where the carrier works by itself, plans its scan. */
export function printLabel(book: FulfilmentBook, body: CreateLabel, moment: Moment): Decision {
  const { order_id, shipment_id } = body;
  if (book.shipments.get(order_id) !== shipment_id) {
    const message = `The order has no shipment ${shipment_id}.`;
    return refused({ code: 'UNKNOWN_SHIPMENT', message });
  }
  const known = book.labels.get(order_id);
  if (known) return done({ label_id: known.labelId, tracking: known.tracking });
  const label_id = moment.newId('lbl');
  const tracking = moment.newId('trk');
  const printed: Change = { kind: 'label.printed', order_id, shipment_id, label_id, tracking };
  if (!moment.policy.autoFulfilment) return done({ label_id, tracking }, [printed]);
  return done({ label_id, tracking }, [
    printed,
    {
      kind: 'task.planned',
      task_id: `scan ${tracking}`,
      due_at: moment.now + moment.policy.fulfilmentDelayMs,
      task: { kind: 'scan', order_id, tracking },
    },
  ]);
}
