/** What the mock gateway takes as a means of payment, and how it treats each. */
export const PAYMENT_TOKENS = {
  tok_ok: 'captured at once',
  tok_slow: 'captured after 2 s',
  tok_declined: 'declined',
  tok_lost: 'captured, the answer is lost, the webhook comes after LATE_PAYMENT_DELAY',
  tok_late: 'captured only after LATE_PAYMENT_DELAY, even if it was voided before',
  tok_random: 'declined at the mock rate, else as tok_ok',
  tok_expires: 'authorized, but the authorization has run out before the capture',
  tok_refund_pending: 'as tok_ok; a refund is pending, and lands after LATE_PAYMENT_DELAY',
  tok_refund_fails:
    'as tok_ok; a refund is pending, fails after LATE_PAYMENT_DELAY, and works when asked again',
  tok_refund_stuck: 'as tok_ok; every refund is pending, and fails after LATE_PAYMENT_DELAY',
} as const;

/** One of {@link PAYMENT_TOKENS}. */
export type PaymentToken = keyof typeof PAYMENT_TOKENS;
