import { createHash } from 'node:crypto';
import type { RefundAnswer, VoidAnswer } from '../contract/answers.ts';
import type { CapturePayment } from '../contract/command-bodies.ts';
import type { Money } from '../contract/money.ts';
import { PAYMENT_TOKENS } from '../contract/payment-tokens.ts';
import type { Webhook } from '../contract/webhook.ts';
import type { Change, Task } from '../journal/change.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import { findSlot, type PaymentRecord, type PaymentSlot, type PaymentsBook } from './payments-book.ts';

interface PaymentName {
  order_id: string;
  payment: string;
}

interface PaymentFacts extends PaymentName {
  payment_id: string;
  amount: number;
}

export interface Authorization extends PaymentName {
  method: string;
  amount: Money;
  token: string;
}

/** Blocks the amount on the card. A declined payment may be tried again, under another key. */
export function authorize(book: PaymentsBook, body: Authorization, moment: Moment, key: string): Decision {
  const refusal = refuseAuthorize(findSlot(book, body.order_id, body.payment), body.token);
  if (refusal) return refusal;
  const { order_id, payment, method, token } = body;
  const payment_id = moment.newId('pay');
  const facts = { order_id, payment, payment_id, method, token, amount: body.amount.amount };
  if (isDeclined(token, key, moment.policy.paymentFailureRate)) {
    const message = 'The card was declined.';
    return refused({ code: 'CARD_DECLINED', message, details: { payment_id } }, [
      { kind: 'payment.declined', ...facts },
      tell('payment.failed', facts, moment, moment.now),
    ]);
  }
  const authorized: Change = { kind: 'payment.authorized', ...facts };
  const promised = token === 'tok_late' ? promiseCapture(facts, moment) : [];
  const expired = token === 'tok_expires' ? expire(facts, moment) : [];
  return done({ payment_id, status: 'authorized' }, [authorized, ...promised, ...expired]);
}

function expire({ order_id, payment, payment_id }: PaymentFacts, moment: Moment): Change[] {
  const data = { order_id, payment_id };
  return [
    { kind: 'payment.expired', order_id, payment, payment_id },
    queue({ type: 'payment.authorization_expired', data }, moment),
  ];
}

/** From the authorization on the money of `tok_late` is under way: whatever is asked for since, it lands. */
function promiseCapture(
  { order_id, payment, payment_id, amount }: PaymentFacts,
  { now, policy }: Moment,
): Change[] {
  const facts = { order_id, payment, payment_id, amount };
  return [
    { kind: 'payment.capture_promised', ...facts },
    {
      kind: 'task.planned',
      task_id: `late_capture ${payment_id}`,
      due_at: now + policy.latePaymentDelayMs,
      task: { kind: 'late_capture', ...facts },
    },
  ];
}

function refuseAuthorize(slot: PaymentSlot | undefined, token: string): Decision | undefined {
  const status = slot?.records.at(-1)?.status;
  if (status === 'authorized' || status === 'pending') {
    return refused({ code: 'ALREADY_AUTHORIZED', message: 'The payment is authorized.' });
  }
  if (status === 'captured' || status === 'refunded') {
    return refused({ code: 'ALREADY_CAPTURED', message: 'The payment was captured.' });
  }
  if (status === 'voided' || slot?.barredFrom.has('authorize')) {
    return refused({ code: 'VOIDED', message: 'The payment was voided before.' });
  }
  if (Object.hasOwn(PAYMENT_TOKENS, token)) return undefined;
  return refused({ code: 'INVALID_TOKEN', message: `There is no token ${token}.` });
}

function isDeclined(token: string, key: string, failureRate: number): boolean {
  if (token === 'tok_declined') return true;
  if (token !== 'tok_random') return false;
  return createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32 < failureRate;
}

/** How long the gateway thinks about a capture before it decides, in ms. */
export function captureHoldMs(book: PaymentsBook, body: PaymentName, slowCaptureMs: number): number {
  const record = findSlot(book, body.order_id, body.payment)?.records.at(-1);
  return record?.token === 'tok_slow' && record.status === 'authorized' ? slowCaptureMs : 0;
}

/** Takes the money, once, at most what was authorized; the token says how the answer comes. */
export function capture(book: PaymentsBook, body: CapturePayment, moment: Moment): Decision {
  const { order_id, payment } = body;
  const found = findCapturable(findSlot(book, order_id, payment), body.amount.amount);
  if ('refusal' in found) return found.refusal;

  const { paymentId: payment_id, token, status } = found.record;
  const facts = { order_id, payment, payment_id, amount: body.amount.amount };
  if (status === 'pending') return { status: 202, answer: { payment_id, status }, changes: [] };
  const captured: Change = { kind: 'payment.captured', ...facts };
  const answer = { payment_id, status: 'captured' };
  if (token === 'tok_lost') {
    const late = moment.now + moment.policy.latePaymentDelayMs;
    const told = tell('payment.succeeded', facts, moment, late);
    return { ...done(answer, [captured, told]), lostUntil: late };
  }
  return done(answer, [captured, tell('payment.succeeded', facts, moment, moment.now)]);
}

function findCapturable(
  slot: PaymentSlot | undefined,
  amount: number,
): { refusal: Decision } | { record: PaymentRecord } {
  const no = (code: string, message: string, details?: Record<string, string>) => {
    return { refusal: refused({ code, message, ...(details && { details }) }) };
  };
  const record = slot?.records.at(-1);
  if (!record || record.status === 'declined') {
    return no('NOT_AUTHORIZED', 'The payment is not authorized.');
  }
  if (record.status === 'captured' || record.status === 'refunded') {
    const details = { payment_id: record.paymentId };
    return no('ALREADY_CAPTURED', 'The payment was captured.', details);
  }
  if (record.expired) return no('AUTHORIZATION_EXPIRED', 'The authorization has run out.');
  if (record.status === 'voided') return no('VOIDED', 'The payment was voided.');
  if (slot?.barredFrom.has('capture')) return no('REFUNDED', 'A refund of the payment came before.');
  if (amount <= record.authorized) return { record };
  return no('AMOUNT_TOO_HIGH', `${amount} wanted, ${record.authorized} authorized.`);
}

/** Lands a capture that was promised, whatever became of the payment in between. */
export function captureLate(
  book: PaymentsBook,
  task: Extract<Task, { kind: 'late_capture' }>,
  moment: Moment,
): Change[] {
  const slot = findSlot(book, task.order_id, task.payment);
  const record = slot?.records.find((one) => one.paymentId === task.payment_id);
  if (!record?.captureDue) return [];
  const { kind: _, ...facts } = task;
  return [{ kind: 'payment.captured', ...facts }, tell('payment.succeeded', facts, moment, moment.now)];
}

/** Lets go of an authorization. Without one it leaves a tombstone: none may follow. */
export function voidPayment(book: PaymentsBook, body: PaymentName): Decision {
  const { order_id, payment } = body;
  const slot = findSlot(book, order_id, payment);
  const record = slot?.records.at(-1);
  const say = (status: VoidAnswer['status'], changes: Change[] = []) => done({ status }, changes);
  switch (record?.status) {
    case 'authorized':
    case 'pending':
      return say('voided', [{ kind: 'payment.voided', order_id, payment, payment_id: record.paymentId }]);
    case 'captured':
    case 'refunded':
      return say('already_captured');
    case 'voided':
      return say('already_voided');
  }
  if (slot?.barredFrom.has('authorize')) return say('not_found');
  return say('not_found', [{ kind: 'payment.barred', order_id, payment, from: 'authorize' }]);
}

/**
 * Pays back all that was captured, once. Where nothing was captured it leaves a tombstone against
 * a later capture; one that was promised before (`tok_late`) lands all the same. A refund may be pending;
 * only one is at a time, and where it fails the same key may ask again.
 */
export function refund(book: PaymentsBook, body: PaymentName, moment: Moment, key: string): Decision {
  const { order_id, payment } = body;
  const slot = findSlot(book, order_id, payment);
  const record = slot?.records.at(-1);
  const say = (answer: RefundAnswer, changes: Change[] = []) => done({ ...answer }, changes);
  if (record?.pendingRefund) return pending(record.pendingRefund);
  if (record?.status === 'captured') {
    const refund_id = moment.newId('ref');
    const amount = record.captured - record.refunded;
    const facts = { order_id, payment, payment_id: record.paymentId, amount, refund_id };
    const ending = endOf(record);
    if (ending) return pending(refund_id, beginRefund({ ...facts, key, as: ending }, moment));
    return say({ status: 'refunded', refund_id, amount: { amount, currency: 'EUR' } }, [
      { kind: 'payment.refunded', ...facts },
    ]);
  }
  if (record?.status === 'refunded') {
    const amount = { amount: record.refunded, currency: 'EUR' as const };
    const { refundId: refund_id } = record;
    return say({ status: 'already_refunded', ...(refund_id && { refund_id }), amount });
  }
  if (slot?.barredFrom.has('capture')) return say({ status: 'not_captured' });
  return say({ status: 'not_captured' }, [{ kind: 'payment.barred', order_id, payment, from: 'capture' }]);
}

function pending(refund_id: string, changes: Change[] = []): Decision {
  return { status: 202, answer: { status: 'pending', refund_id } satisfies RefundAnswer, changes };
}

/** How a refund that isn't made at once will end. */
function endOf({ token, failedRefunds }: PaymentRecord): 'refunded' | 'failed' | undefined {
  if (token === 'tok_refund_pending') return 'refunded';
  if (token === 'tok_refund_stuck') return 'failed';
  return token === 'tok_refund_fails' && failedRefunds === 0 ? 'failed' : undefined;
}

type EndRefund = Extract<Task, { kind: 'end_refund' }>;

function beginRefund(facts: Omit<EndRefund, 'kind'>, { now, policy }: Moment): Change[] {
  const { order_id, payment, payment_id, refund_id } = facts;
  return [
    { kind: 'payment.refund_begun', order_id, payment, payment_id, refund_id },
    {
      kind: 'task.planned',
      task_id: `end_refund ${refund_id}`,
      due_at: now + policy.latePaymentDelayMs,
      task: { kind: 'end_refund', ...facts },
    },
  ];
}

/** A refund that was pending lands, or fails after all; a webhook tells of it. */
export function endRefund(book: PaymentsBook, task: EndRefund, moment: Moment): Change[] {
  const { order_id, payment, payment_id, amount, refund_id, key, as } = task;
  const slot = findSlot(book, order_id, payment);
  const record = slot?.records.find((one) => one.paymentId === payment_id);
  if (record?.pendingRefund !== refund_id) return [];
  const facts = { order_id, payment, payment_id, refund_id };
  const data = { order_id, payment_id, amount: { amount, currency: 'EUR' as const }, refund_id, key };
  return as === 'refunded'
    ? [{ kind: 'payment.refunded', ...facts, amount }, queue({ type: 'refund.succeeded', data }, moment)]
    : [{ kind: 'payment.refund_failed', ...facts }, queue({ type: 'refund.failed', data }, moment)];
}

function tell(
  type: 'payment.succeeded' | 'payment.failed',
  facts: { order_id: string; payment_id: string; amount: number },
  moment: Moment,
  notBefore: number,
): Change {
  const { order_id, payment_id, amount } = facts;
  const data = { order_id, payment_id, amount: { amount, currency: 'EUR' as const } };
  return queue({ type, data }, moment, notBefore);
}

function queue(webhook: Webhook, moment: Moment, not_before = moment.now): Change {
  return { kind: 'webhook.queued', webhook_id: moment.newId('msg'), to: 'payments', not_before, webhook };
}
