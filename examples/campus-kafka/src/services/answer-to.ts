import type { Message } from '@countermand/step-messages';
import type { Book } from './book.ts';
import type { Reply } from './reply.ts';

/** What becomes of orders that wait for a runner. Milliseconds. */
export interface Runners {
  /** How long a runner takes to accept an order; `undefined`: nobody ever does. */
  readonly acceptAfterMs?: number;
  /** Where nobody accepts: the scheduler's time is over this soon, whatever it was told. */
  readonly hurryMs?: number;
}

/**
 * What the services answer to a command, by the customer's name: `creation` in it: the order can't be created;
 * `penniless`: no payment info; `declined`: the payment is declined; `timeless`: no timer; `nobody`: nobody accepts;
 * `eager`: a runner accepts before the timer is started. The same command again is answered as before, and nothing
 * is done again.
 */
export function answerTo(message: Message, book: Book, runners: Runners): readonly Reply[] {
  const { idempotencyKey = message.id } = message;
  const before = book.answers.get(idempotencyKey);
  if (before) return [before];
  const [answer, ...more] = newAnswer(message, book, runners);
  if (!answer) return [];
  book.answers.set(idempotencyKey, answer);
  return [answer, ...more];
}

function newAnswer(message: Message, book: Book, runners: Runners): readonly Reply[] {
  const { type, correlationId: sagaId, payload } = message;
  switch (type) {
    case 'create_order':
      return [createOrder(sagaId, String(payload['customer_id']), book)];
    case 'update_order_status':
      return updateStatus(message, book);
    case 'get_payment_info':
      return [paymentInfo(String(payload['customer_id']))];
    case 'authorize_payment':
      return [authorize(sagaId, String(payload['customer_id']), Number(payload['amount']), book)];
    case 'void_payment':
      return [voidPayment(message, book)];
    case 'start_order_timer':
      return startTimer(sagaId, Number(payload['duration_ms']), book, runners);
    default:
      return [];
  }
}

function createOrder(sagaId: string, customer: string, { orders }: Book): Reply {
  const topic = 'order_events';
  if (customer.includes('creation')) {
    return { topic, type: 'order.creation_failed', payload: { reason: 'the kitchen is closed' } };
  }
  const orderId = `order-${sagaId}`;
  orders.set(sagaId, { orderId, customer, status: 'pendingPayment' });
  return { topic, type: 'order.created', payload: { order_id: orderId } };
}

function updateStatus({ correlationId, payload }: Message, { orders }: Book): Reply[] {
  const status = String(payload['status']);
  // Who doesn't know the order's id knows the saga's, under which it was created, if it was.
  const order = [...orders].find(([sagaId, { orderId }]) =>
    payload['order_id'] === null ? sagaId === correlationId : orderId === payload['order_id'],
  )?.[1];
  if (order) order.status = status;
  const topic = 'order_events';
  const updated = {
    topic,
    type: 'order.status_updated',
    payload: { order_id: order?.orderId ?? null, status },
  };
  if (status !== 'CREATED' || !order?.customer.includes('eager')) return [updated];
  return [updated, { topic, type: 'order.accepted', payload: { runner_id: 'runner-1' } }];
}

function paymentInfo(customer: string): Reply {
  const topic = 'user_events';
  return customer.includes('penniless')
    ? { topic, type: 'user.payment_info_failed', payload: { reason: 'no card is known' } }
    : { topic, type: 'user.payment_info_retrieved', payload: { payment_method_id: `card-${customer}` } };
}

function authorize(sagaId: string, customer: string, amount: number, book: Book): Reply {
  const topic = 'payment_events';
  if (customer.includes('declined') || book.voided.has(sagaId)) {
    return { topic, type: 'payment.failed', payload: { reason: 'the bank says no' } };
  }
  const paymentId = `payment-${sagaId}`;
  book.authorizations.set(sagaId, (book.authorizations.get(sagaId) ?? 0) + 1);
  book.payments.set(sagaId, { paymentId, amount, status: 'authorized' });
  return { topic, type: 'payment.authorized', payload: { payment_id: paymentId } };
}

/** Voiding what isn't there is success, and keeps it from coming later. */
function voidPayment({ correlationId, payload }: Message, { payments, voided }: Book): Reply {
  const payment = [...payments].find(([sagaId, { paymentId }]) =>
    payload['payment_id'] === null ? sagaId === correlationId : paymentId === payload['payment_id'],
  )?.[1];
  if (payment) payment.status = 'voided';
  else voided.add(correlationId);
  return { topic: 'payment_events', type: 'payment.voided', payload: {} };
}

function startTimer(
  sagaId: string,
  durationMs: number,
  { orders }: Book,
  { acceptAfterMs, hurryMs }: Runners,
): Reply[] {
  const topic = 'timer_events';
  const customer = orders.get(sagaId)?.customer ?? '';
  if (customer.includes('timeless')) {
    return [{ topic, type: 'timer.failed', payload: { reason: 'no timer is free' } }];
  }
  const isAccepted = acceptAfterMs !== undefined && !customer.includes('nobody');
  const accepted: Reply = {
    ...{ topic: 'order_events', type: 'order.accepted', payload: { runner_id: 'runner-1' } },
    afterMs: acceptAfterMs ?? 0,
  };
  const afterMs = isAccepted ? durationMs : (hurryMs ?? durationMs);
  const expired: Reply = { topic, type: 'timer.expired', payload: {}, afterMs };
  const started: Reply = { topic, type: 'timer.started', payload: { duration_ms: durationMs } };
  return isAccepted ? [started, accepted, expired] : [started, expired];
}
