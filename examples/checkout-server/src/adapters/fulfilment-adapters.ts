import type { AdaptersFor } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import type {
  CreateInvoice,
  CreateLabel,
  CreatePickList,
  CreateShipment,
  Notify,
} from '@countermand-examples/participants/contract';
import { callParticipant } from './participant-steps.ts';
import type { ParticipantsClient } from './participants-client.ts';

type FulfilmentSteps =
  | 'generateInvoice'
  | 'notifyWarehouse'
  | 'createShipment'
  | 'generateLabel'
  | 'notifyUser';

/** What fulfilment, warehouse and notifications do in the order saga. */
export function fulfilmentAdapters(
  client: ParticipantsClient,
): Pick<AdaptersFor<OrderSaga>, FulfilmentSteps> {
  return {
    generateInvoice: (call) => callParticipant(client, invoice, call),
    notifyWarehouse: (call) => callParticipant(client, pickList, call),
    createShipment: (call) => callParticipant(client, shipment, call),
    generateLabel: (call) => callParticipant(client, label, call),
    notifyUser: (call) => callParticipant(client, notification, call),
  };
}

interface OrderInput {
  readonly orderId: string;
}

const nothing = () => ({});

const invoice = {
  path: '/fulfilment/invoices',
  body: ({ orderId, total }: OrderInput & { total: { amount: number } }): CreateInvoice => ({
    order_id: orderId,
    amount: { amount: total.amount, currency: 'EUR' },
  }),
  output: ({ invoice_id, number }: Record<string, unknown>) => ({
    invoiceId: String(invoice_id),
    number: String(number),
  }),
};

const pickList = {
  path: '/warehouse/pick-lists',
  body: ({ orderId, items }: OrderInput & { items: CreatePickList['items'] }): CreatePickList => ({
    order_id: orderId,
    items,
  }),
  output: nothing,
};

const shipment = {
  path: '/fulfilment/shipments',
  body: ({ orderId }: OrderInput): CreateShipment => ({ order_id: orderId }),
  output: ({ shipment_id }: Record<string, unknown>) => ({ shipmentId: String(shipment_id) }),
};

const label = {
  path: '/fulfilment/labels',
  body: ({ orderId, shipmentId }: OrderInput & { shipmentId: string }): CreateLabel => ({
    order_id: orderId,
    shipment_id: shipmentId,
  }),
  output: ({ label_id, tracking }: Record<string, unknown>) => ({
    labelId: String(label_id),
    tracking: String(tracking),
  }),
};

const notification = {
  path: '/notifications',
  body: ({ orderId, kind }: OrderInput & { kind: Notify['kind'] }): Notify => ({ order_id: orderId, kind }),
  output: nothing,
};
