import type { PostgresRunner } from '@countermand/runner-postgres';
import { SagaError, type SagaView } from '@countermand/saga-core';
import { type OrderStatus, orderStatus, viewOrder } from '@countermand/saga-core/order';
import type { Kysely } from 'kysely';
import { saveCancelReason } from '../db/orders.ts';
import { fixTokens } from '../db/payment-tokens.ts';
import type { CheckoutTables } from '../db/tables.ts';
import { Problem } from '../http/problem.ts';

const ENDED: ReadonlySet<OrderStatus> = new Set(['FAILED', 'CANCELLED']);
const BEFORE_PAYING: ReadonlySet<OrderStatus> = new Set(['CREATED', 'RESERVED']);
const PAST_CANCELLING: ReadonlySet<OrderStatus> = new Set(['SHIPPED', 'IN_TRANSIT', 'FAILED']);

/** What an order is commanded with. */
export interface Shop {
  readonly runner: PostgresRunner;
  readonly db: Kysely<CheckoutTables>;
}

/** Who asks for something, about which saga. */
export interface OrderCommand {
  readonly id: string;
  readonly actor: string;
  /** W3C trace context of the request. */
  readonly traceparent?: string;
}

/**
 * The customer clicks pay. A click before the stock is reserved is kept; one that comes again changes nothing.
 *
 * @throws Problem `ORDER_STATE_CONFLICT` for an order that has ended without success, `BODY_INVALID`
 */
export async function payOrder(
  { runner, db }: Shop,
  { id, actor, tokens, ...trace }: OrderCommand & { readonly tokens: readonly string[] | undefined },
): Promise<SagaView> {
  const before = await getSaga(runner, id);
  const { payments } = viewOrder(before);
  if (tokens && tokens.length !== payments.length) {
    throw new Problem('BODY_INVALID', `tokens: send one per payment; the order has ${payments.length}`);
  }
  assertNotEnded(before);
  if (!BEFORE_PAYING.has(orderStatus(before.state))) return before;
  await fixTokens(db, id, tokens);
  await runner.send(id, { type: 'PAY' }, { actor, ...trace });
  const after = await getSaga(runner, id);
  assertNotEndedWithoutPay(before, after);
  return after;
}

/**
 * Cancels an order before it is shipped. Again changes nothing.
 *
 * @throws Problem `ORDER_STATE_CONFLICT` from `SHIPPED` on, and in `FAILED`
 */
export async function cancelOrder(
  { runner, db }: Shop,
  { id, actor, reason, ...trace }: OrderCommand & { readonly reason: string | undefined },
): Promise<SagaView> {
  const before = await getSaga(runner, id);
  if (orderStatus(before.state) === 'CANCELLED') return before;
  assertCancellable(before);
  // An administrator's reason is part of the record. A customer's words may tell of people: they stay with the order.
  const recorded = actor === 'admin' && reason !== undefined;
  const { outcome } = await runner.send(
    id,
    { type: 'CANCEL', ...(recorded && { reason }) },
    { actor, ...trace },
  );
  // One that is parked keeps the wish, and is cancelled when it goes on.
  if (outcome !== 'ignored' && reason !== undefined && !recorded) await saveCancelReason(db, id, reason);
  const after = await getSaga(runner, id);
  if (outcome === 'ignored') assertCancellable(after);
  return after;
}

/**
 * Moves an order along an edge that the machine has for administrators.
 *
 * @throws Problem `OVERRIDE_REFUSED`, with the statuses that are `possible`
 */
export async function overrideOrder(
  runner: PostgresRunner,
  {
    id,
    actor,
    to,
    reason,
    force,
  }: OrderCommand & { readonly to: OrderStatus; readonly reason: string; readonly force: boolean },
): Promise<SagaView> {
  const refuse = async (why: string) => {
    const { overrides } = await runner.whatNext(id);
    const possible = overrides.filter(({ needsForce }) => force || !needsForce).map((edge) => edge.to);
    const forced = overrides.some((edge) => edge.to === to && edge.needsForce) ? ' It can be forced.' : '';
    return new Problem('OVERRIDE_REFUSED', `${why}${forced}`, { possible });
  };
  const { state } = await getSaga(runner, id);
  const from = orderStatus(state);
  try {
    const { outcome } = await runner.override(id, { to, reason, force, actor });
    if (outcome !== 'applied' && outcome !== 'accepted') {
      throw await refuse(`The order could not be moved from ${from} to ${to}.`);
    }
  } catch (error) {
    if (!(error instanceof SagaError) || error.code !== 'OVERRIDE_REFUSED') throw error;
    throw await refuse(`No edge leads an administrator from ${from} to ${to}.`);
  }
  return await getSaga(runner, id);
}

/** The saga. @throws Problem `NOT_FOUND` */
export async function getSaga(runner: PostgresRunner, id: string): Promise<SagaView> {
  const saga = await runner.get(id);
  if (!saga) throw new Problem('NOT_FOUND', 'There is no such order.');
  return saga;
}

function assertNotEnded({ state }: SagaView): void {
  const status = orderStatus(state);
  if (ENDED.has(status))
    throw new Problem('ORDER_STATE_CONFLICT', `The order is ${status}; it can't be paid any more.`);
}

/** The order ended while the click was on its way, and never was about to be paid. */
function assertNotEndedWithoutPay(before: SagaView, after: SagaView): void {
  const isClickLost =
    orderStatus(before.state) === 'RESERVED' &&
    viewOrder(after).payments.every(({ status }) => status === 'pending');
  if (isClickLost) assertNotEnded(after);
}

function assertCancellable({ state }: SagaView): void {
  const status = orderStatus(state);
  if (!PAST_CANCELLING.has(status)) return;
  const why = status === 'FAILED' ? 'it has failed already' : 'it has left the warehouse';
  throw new Problem('ORDER_STATE_CONFLICT', `The order is ${status}: ${why} and can't be cancelled.`);
}
