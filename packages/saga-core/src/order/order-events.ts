import { z } from 'zod';
import { publicEvent } from '../public-event.js';
import { money, type OrderContext, paymentOf } from './order-context.js';
import type { OrderSettings } from './order-settings.js';
import type { OrderSteps } from './order-steps.js';

/** The public events of the order lifecycle: what customers, gateway, warehouse, carrier and administrators send. */
export function createOrderEvents({ earlyNewsMs }: OrderSettings, { refund }: OrderSteps) {
  const early = { defer: { ttlMs: earlyNewsMs } };
  const news = z.object({ paymentId: z.string(), amount: money });
  // The runner gives an event's functions the context of the machine that declares the event.
  const known = (event: z.infer<typeof news>, context: unknown) =>
    paymentOf(context as OrderContext, event)?.id;
  return {
    /** The customer clicks pay. A click that comes before the stock is reserved waits for that. */
    PAY: publicEvent({ schema: z.object({ tokens: z.array(z.string().max(200)).optional() }), ...early }),
    CANCEL: publicEvent({ schema: z.object({ reason: z.string().max(500).optional() }), byHand: true }),
    /** The gateway has captured a payment. Late news opens what must then be refunded. */
    PAYMENT_SUCCEEDED: publicEvent({
      schema: news,
      ...early,
      closes: { kind: 'payment.authorized', instance: known },
      opens: {
        kind: 'payment.captured',
        instance: known,
        undo: refund,
        undoInput: (event, context) => ({
          orderId: (context as OrderContext).orderId,
          payment: known(event, context) ?? '',
        }),
        amount: (event) => event.amount,
      },
    }),
    PAYMENT_FAILED: publicEvent({ schema: news, ...early }),
    /** An authorization ran out before it was captured; treated as a payment that failed. */
    AUTHORIZATION_EXPIRED: publicEvent({ schema: z.object({ paymentId: z.string() }) }),
    WAREHOUSE_PACKED: publicEvent({ schema: z.object({ parcelId: z.string() }), ...early }),
    CARRIER_SCANNED: publicEvent({ schema: z.object({ tracking: z.string() }), ...early }),
    /** An administrator moves the order along an edge of the machine. */
    OVERRIDE: publicEvent({ schema: z.object({ to: z.string(), reason: z.string(), force: z.boolean() }) }),
  };
}

/** The events of the order machine: the public ones, and the answers of steps that are spawned per payment. */
export type OrderEvent =
  | { type: 'PAY'; tokens?: string[] | undefined }
  | { type: 'CANCEL'; reason?: string | undefined }
  | { type: 'PAYMENT_SUCCEEDED'; paymentId: string; amount: z.infer<typeof money> }
  | { type: 'PAYMENT_FAILED'; paymentId: string; amount: z.infer<typeof money> }
  | { type: 'AUTHORIZATION_EXPIRED'; paymentId: string }
  | { type: 'WAREHOUSE_PACKED'; parcelId: string }
  | { type: 'CARRIER_SCANNED'; tracking: string }
  | { type: 'OVERRIDE'; to: string; reason: string; force: boolean }
  | { type: 'xstate.done.actor.authorize.payment'; actorId: string; output: { paymentId: string } }
  | { type: 'xstate.done.actor.capture.payment'; actorId: string; output: { paymentId: string } }
  | { type: 'xstate.done.actor.verify.payment'; actorId: string; output: GatewayAnswer }
  | { type: 'xstate.done.actor.ask.payment'; actorId: string; output: GatewayAnswer }
  | { type: 'xstate.done.actor.late.payment'; actorId: string; output: GatewayAnswer }
  | { type: 'xstate.error.actor.authorize.payment'; actorId: string; error: unknown }
  | { type: 'xstate.error.actor.capture.payment'; actorId: string; error: unknown }
  | { type: 'xstate.error.actor.verify.payment'; actorId: string; error: unknown }
  | { type: 'xstate.error.actor.ask.payment'; actorId: string; error: unknown }
  | { type: 'xstate.error.actor.late.payment'; actorId: string; error: unknown };

/** What the gateway says of a payment when it is asked. */
export interface GatewayAnswer {
  readonly status: 'unknown' | 'pending' | 'authorized' | 'captured' | 'declined' | 'voided' | 'refunded';
  readonly paymentId?: string | undefined;
  readonly captured?: z.infer<typeof money> | undefined;
}

/** What the order service publishes: the `order-events` stream. */
export type OrderEmitted =
  | { type: 'ORDER_CREATED'; orderId: string; customerId: string }
  | { type: 'ORDER_RESERVED'; orderId: string }
  | { type: 'ORDER_PAID'; orderId: string }
  | { type: 'ORDER_CONFIRMED'; orderId: string; items: OrderContext['items'] }
  | { type: 'ORDER_SHIPPED'; orderId: string }
  | { type: 'ORDER_IN_TRANSIT'; orderId: string; tracking?: string }
  | { type: 'ORDER_FAILED'; orderId: string; code: string }
  | { type: 'ORDER_CANCELLED'; orderId: string; reason: string }
  | { type: 'ORDER_OVERDUE'; orderId: string; waitingFor: 'warehouse' | 'carrier' };
