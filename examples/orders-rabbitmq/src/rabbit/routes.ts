import type { createOrderSteps } from '@countermand/saga-core/order';
import { answers, type Routes, sends } from '@countermand/step-messages';
import { z } from 'zod';

/** Every routing key that the order service listens to. */
export const BINDINGS = [
  ...['stock.reserved', 'stock.refused', 'stock.released', 'stock.committed'],
  ...['payment.authorized', 'payment.captured', 'payment.declined', 'payment.refused', 'payment.voided'],
  ...['payment.refunded', 'payment.found'],
  ...['shipping.noted', 'shipping.packed', 'shipping.created', 'shipping.labelled', 'shipping.scanned'],
];

const nothing = z.object({});
const code = <const Codes extends readonly [string, ...string[]]>(codes: Codes) =>
  z.object({ code: z.enum(codes) });
const paid = z.object({ payment_id: z.string() });
const paymentId = ({ payment_id }: z.output<typeof paid>) => ({ output: { paymentId: payment_id } });

/** What the participants' messages mean to the order saga. They send the idempotency key back, so each is exact. */
export function orderRoutes(steps: ReturnType<typeof createOrderSteps>): Routes {
  const declinedAs = ({ code: why }: { readonly code: string }) => ({ declined: why });
  return {
    'stock.reserved': answers(steps.reserveStock, z.object({ reservation_id: z.string() }), (payload) => ({
      output: { reservationId: payload.reservation_id },
    })),
    'stock.refused': answers(
      steps.reserveStock,
      code(['OUT_OF_STOCK', 'UNKNOWN_SKU', 'RELEASED']),
      declinedAs,
    ),
    'stock.released': answers(
      steps.releaseStock,
      z.object({ status: z.enum(['released', 'not_found']) }),
      ({ status }) => ({ output: { status } }),
    ),
    'stock.committed': answers(steps.commitStock, nothing, () => ({
      output: { status: 'committed' as const },
    })),
    'payment.authorized': answers(steps.authorize, paid, paymentId),
    'payment.captured': answers(steps.capture, paid, paymentId),
    'payment.declined': answers(
      steps.authorize,
      code(['CARD_DECLINED', 'INVALID_TOKEN', 'VOIDED']),
      declinedAs,
    ),
    'payment.refused': answers(
      steps.capture,
      code(['CARD_DECLINED', 'NOT_AUTHORIZED', 'VOIDED', 'REFUNDED', 'AUTHORIZATION_EXPIRED']),
      declinedAs,
    ),
    'payment.voided': answers(
      steps.void,
      z.object({ status: z.enum(['voided', 'not_found', 'already_captured', 'already_voided']) }),
      ({ status }) => ({ output: { status } }),
    ),
    'payment.refunded': answers(
      steps.refund,
      z.object({ status: z.enum(['refunded', 'not_captured', 'already_refunded']), refund_id: z.string() }),
      ({ status, refund_id: refundId }) => ({ output: { status, refundId } }),
    ),
    'payment.found': answers(
      steps.lookupPayment,
      z.object({
        status: z.enum(['unknown', 'pending', 'authorized', 'captured', 'declined', 'voided', 'refunded']),
        payment_id: z.string(),
        captured: z.object({ amount: z.int().nonnegative(), currency: z.string() }).optional(),
      }),
      ({ status, payment_id, captured }) => ({
        output: { status, paymentId: payment_id, ...(captured && { captured }) },
      }),
    ),
    'shipping.noted': answers(steps.notifyWarehouse, nothing, () => ({ output: {} })),
    'shipping.packed': sends(z.object({ parcel_id: z.string() }), ({ parcel_id: parcelId }) => ({
      ...{ type: 'WAREHOUSE_PACKED', parcelId },
    })),
    'shipping.created': answers(steps.createShipment, z.object({ shipment_id: z.string() }), (payload) => ({
      output: { shipmentId: payload.shipment_id },
    })),
    'shipping.labelled': answers(
      steps.generateLabel,
      z.object({ label_id: z.string(), tracking: z.string() }),
      ({ label_id: labelId, tracking }) => ({ output: { labelId, tracking } }),
    ),
    'shipping.scanned': sends(z.object({ tracking: z.string() }), ({ tracking }) => ({
      ...{ type: 'CARRIER_SCANNED', tracking },
    })),
  };
}
