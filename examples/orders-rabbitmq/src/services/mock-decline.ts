import { createHash } from 'node:crypto';

/**
 * Whether the mock gateway declines a payment. `tok_ok` always works, `tok_declined` never; any other token is declined
 * at the given rate, from 0 to 1, by a draw from the payment's id: orders' ids are random, and the same payment asked
 * for again gets the same answer.
 */
export function mockDecline(token: string, paymentId: string, failureRate: number): boolean {
  if (token === 'tok_ok') return false;
  return token === 'tok_declined' || drawFrom(paymentId) < failureRate;
}

/** A number from 0 up to 1, evenly spread over ids. */
function drawFrom(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE() / 2 ** 32;
}
