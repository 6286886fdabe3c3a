import type { HistoryEntry, ObligationView, SagaView } from '@countermand/saga-core';
import { orderStatus, viewOrder } from '@countermand/saga-core/order';
import type { z } from '@hono/zod-openapi';
import type { StoredOrder } from '../db/orders.ts';
import type { historyItemSchema, obligationSchema, orderSchema, timerSchema } from '../http/schemas.ts';
import { sagaStatusOf } from './saga-status.ts';

type OrderJson = z.input<typeof orderSchema>;
type HistoryJson = z.input<typeof historyItemSchema>;
type ObligationJson = z.input<typeof obligationSchema>;
type TimerJson = z.input<typeof timerSchema>;

/** An order as its owner sees it: the row, and where its saga stands. */
export function orderJson(order: StoredOrder, saga: SagaView): OrderJson {
  const view = viewOrder(saga);
  const { discount, failure, invoice, label, tracking } = view;
  return {
    id: order.id,
    status: view.status,
    items: order.items.map(({ sku, quantity, name, price }) => ({
      sku,
      quantity,
      name,
      price: euros(price),
    })),
    total: euros(view.total),
    payments: view.payments.map(({ method, amount, status, paymentId }) => ({
      method,
      amount: euros(amount),
      status,
      ...(paymentId !== undefined && { payment_id: paymentId }),
    })),
    ...(discount && { discount: euros(discount) }),
    ...(failure && { failure }),
    ...(invoice && { invoice: { invoice_id: invoice.invoiceId, number: invoice.number } }),
    ...(label && { label: { label_id: label.labelId } }),
    ...(tracking !== undefined && { tracking }),
    saga: {
      id: saga.id,
      type: saga.saga,
      version: saga.version,
      status: sagaStatusOf(saga),
      settled: saga.settled,
      state: saga.state,
      waitingFor: waitingForJson(saga),
      openObligations: saga.openObligations.map(obligationJson),
      timers: timersJson(saga),
    },
    created_at: order.createdAt.toISOString(),
    updated_at: new Date(saga.updatedAt).toISOString(),
  };
}

/**
 * One line of an order's history. What caused it stays inside, but for the reason that somebody gave; of a reason of
 * the saga's own only its code goes out. Why an order was cancelled stands with the order.
 */
export function historyJson(entry: HistoryEntry, cancelReason?: string): HistoryJson {
  const { seq, at, event, outcome, from, to, actor } = entry;
  const given = event === 'CANCEL' ? cancelReason : undefined;
  const reason = entry.reason === undefined ? (reasonGiven(entry.cause) ?? given) : codeOf(entry.reason);
  return {
    seq,
    at: new Date(at).toISOString(),
    event,
    outcome,
    ...(reason !== undefined && { reason }),
    from: from === null ? null : orderStatus(from),
    to: orderStatus(to),
    actor,
  };
}

/** Why somebody cancelled, overrode, skipped or parked, in their own words. */
function reasonGiven(cause: HistoryEntry['cause']): string | undefined {
  if (cause?.type === 'skip' || cause?.type === 'park') return cause.reason;
  const reason = cause?.type === 'event' ? cause.event['reason'] : undefined;
  return typeof reason === 'string' ? reason : undefined;
}

export function obligationJson({ id, kind, certainty, step, undo, amount }: ObligationView): ObligationJson {
  return {
    id,
    kind,
    certainty,
    step,
    ...(undo !== undefined && { undo }),
    ...(amount && { amount: euros(amount) }),
  };
}

export function timersJson({ timers }: Pick<SagaView, 'timers'>): TimerJson[] {
  return timers.map(({ id, dueAt }) => ({ id: timerName(id), due_at: new Date(dueAt).toISOString() }));
}

export function waitingForJson({ waitingFor }: Pick<SagaView, 'waitingFor'>): string[] {
  return waitingFor.map((text) => text.replace(/^timer (.+)$/, (_, id: string) => `timer ${timerName(id)}`));
}

/** `xstate.after.TTL.order.RESERVED` as people call it: `TTL`. */
export function timerName(id: string): string {
  return /^xstate\.after\.([^.]+)\./.exec(id)?.[1] ?? id;
}

/** The code that a reason begins with; the text behind it may tell of things inside. */
function codeOf(reason: string): string {
  return reason.split(':', 1)[0] ?? reason;
}

/** All money of this server is in EUR: nothing else enters an order. */
export function euros({ amount }: { readonly amount: number }): { amount: number; currency: 'EUR' } {
  return { amount, currency: 'EUR' };
}
