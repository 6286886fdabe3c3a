/** A way in which a payment can behave, in a person's words. */
export interface PaymentChoice {
  readonly token: string;
  readonly title: string;
  readonly hint: string;
}

/** What the mock gateway can be told to do. `lateS`: its delay in seconds. */
export function paymentChoices(lateS: number): readonly PaymentChoice[] {
  return [
    { token: 'tok_ok', title: 'It succeeds', hint: 'Authorized, then taken at once.' },
    { token: 'tok_declined', title: 'The card is declined', hint: 'What is held is given back.' },
    {
      token: 'tok_slow',
      title: 'It takes two seconds',
      hint: 'Time to cancel, or to kill something.',
    },
    {
      token: 'tok_lost',
      title: 'The answer is lost',
      hint: `The money is taken, the call times out; the webhook comes ${lateS} s later.`,
    },
    {
      token: 'tok_late',
      title: 'The money comes late',
      hint: `Taken only after ${lateS} s, even if it was called off before.`,
    },
    {
      token: 'tok_expires',
      title: 'The authorization expires',
      hint: 'It runs out before the money is taken.',
    },
    {
      token: 'tok_refund_pending',
      title: 'Succeeds, refund is slow',
      hint: `Cancel it: the refund takes ${lateS} s.`,
    },
    {
      token: 'tok_refund_fails',
      title: 'Succeeds, refund fails once',
      hint: 'Cancel it: the refund is asked for again.',
    },
    {
      token: 'tok_refund_stuck',
      title: 'Succeeds, refund gets stuck',
      hint: 'Cancel it: it waits for a person, in the open.',
    },
    { token: 'tok_random', title: 'Let chance decide', hint: 'Declined now and then.' },
  ];
}

/** What can be wrong with the address. */
export const ADDRESSES = [
  { id: 'good', title: 'Berlin, all is well', country: 'DE', postalCode: '10115' },
  { id: 'fraud', title: 'Fraud check will say no', country: 'XX', postalCode: '10115' },
  {
    id: 'nowhere',
    title: 'No such address',
    country: 'DE',
    postalCode: '00000',
  },
] as const;

/** Coupons that can be tried. */
export const COUPONS = [
  { code: '', title: 'No coupon' },
  { code: 'WELCOME10', title: 'WELCOME10: 10 % off' },
  { code: 'EXPIRED', title: 'EXPIRED: not valid any more' },
] as const;
