import type { PostgresRunner } from '@countermand/runner-postgres';
import { SagaError, type SendResult } from '@countermand/saga-core';
import type { Webhook } from '@countermand-examples/participants/contract';

/** News of a refund that was pending. */
export type RefundNews = Extract<Webhook, { type: 'refund.succeeded' | 'refund.failed' }>;

/**
 * Gives the undo that waits for a refund its answer: done, or failed, which parks it in plain sight. News of one that
 * has parked before isn't the last word, so the undo is tried again, and the gateway says how it stands. The key is
 * the one with which the order's own undo asked for that refund; any other is ignored.
 */
export async function settleRefund(
  runner: PostgresRunner,
  { type, data }: RefundNews,
  actor: string,
): Promise<Pick<SendResult, 'outcome' | 'reason' | 'duplicate'>> {
  const step = undoKeyOf(data);
  if (step === undefined) return { outcome: 'ignored', reason: 'KEY_UNKNOWN', duplicate: false };
  const answer =
    type === 'refund.succeeded'
      ? { output: { status: 'refunded', refundId: data.refund_id } }
      : { failed: `refund ${data.refund_id} failed` };
  try {
    const result = await runner.answer(data.key, answer);
    if (result.outcome === 'applied' || type === 'refund.failed') return result;
    await runner.retry(data.order_id, { actor, step });
    return { outcome: 'applied', reason: 'RETRIED', duplicate: false };
  } catch (error) {
    if (!(error instanceof SagaError) || !NOTHING_WAITS.has(error.code)) throw error;
    return { outcome: 'ignored', reason: error.code, duplicate: false };
  }
}

const NOTHING_WAITS: ReadonlySet<string> = new Set([
  'ANSWER_UNKNOWN',
  'SAGA_NOT_FOUND',
  'NOT_PARKED',
  'STEP_NOT_FOUND',
]);

/** `undo:payment.captured:p1:1` of `ORDER:undo:payment.captured:p1:1`. */
function undoKeyOf({ key, order_id }: RefundNews['data']): string | undefined {
  const step = key.startsWith(`${order_id}:`) ? key.slice(order_id.length + 1) : '';
  return /^undo:payment\.captured:[^:]+:\d+$/.test(step) ? step : undefined;
}
