import type { LiveEntry } from '../src/dev/live-contract.ts';

/** What a line of the history says in a sentence; by event, as the saga names it. */
const SENTENCES: Readonly<Record<string, string>> = {
  start: 'You placed the order.',
  PAY: 'You clicked pay.',
  CANCEL: 'You cancelled the order.',
  OVERRIDE: 'An administrator moved the order.',
  retry: 'An administrator had it tried again.',
  skip: 'An administrator gave a step up.',
  park: 'An administrator stopped the order.',
  'reserveStock.done': 'The units are held for you.',
  'reserveStock.declined': 'There are not enough units.',
  'validateCoupon.done': 'The coupon is valid.',
  'validateCoupon.declined': 'The coupon is not valid; the order goes on at full price.',
  'applyCoupon.done': 'The coupon is used up for this order.',
  'applyCoupon.declined': 'The coupon could not be used.',
  'authorize.done': 'The card is authorized.',
  'authorize.declined': 'The card is declined.',
  'authorize.unknown': 'Nobody can say whether the card was authorized.',
  'capture.done': 'The money is taken.',
  'capture.awaiting': 'The gateway promises the money for later.',
  'capture.declined': 'The gateway refuses to take the money.',
  'capture.unknown': 'The answer is lost: the money may have been taken, or not.',
  'lookupPayment.done': 'The gateway was asked how the payment stands.',
  'verify.done': 'The gateway was asked how the payment stands.',
  PAYMENT_SUCCEEDED: "The gateway's webhook: the money is taken.",
  PAYMENT_FAILED: "The gateway's webhook: the payment has failed.",
  AUTHORIZATION_EXPIRED: "The gateway's webhook: the authorization has run out.",
  'checkFraud.done': 'The fraud check has no objection.',
  'checkFraud.declined': 'The fraud check says no.',
  'checkAddress.done': 'The address exists.',
  'checkAddress.declined': 'The address does not exist.',
  'generateInvoice.done': 'The invoice is written.',
  'notifyWarehouse.done': 'The warehouse knows what to pack.',
  WAREHOUSE_PACKED: "The warehouse's webhook: packed.",
  'commitStock.done': 'The units are sold. From here there is no way back.',
  'createShipment.done': 'The carrier has the shipment.',
  'generateLabel.done': 'The label is printed.',
  CARRIER_SCANNED: "The carrier's webhook: scanned, and on its way.",
  'notifyUser.done': 'You were told.',
  'releaseStock.done': 'The units are available again.',
  'cancelCoupon.done': 'The coupon can be used again.',
  'void.done': 'The authorization is given up.',
  'refund.awaiting': 'The refund is asked for, and pending at the bank.',
  'refund.done': 'The money is back.',
  'refund.declined': 'The refund was refused.',
  'refund.unknown': 'The refund did not work, as often as it was tried.',
  'compensate.done': 'Everything is undone.',
};

const REASONS: Readonly<Record<string, string>> = {
  NOT_HANDLED_YET: 'Too early: kept until it fits.',
  IGNORED_ON_PURPOSE: 'It changes nothing here, on purpose.',
  NOT_HANDLED: 'It changes nothing any more.',
  STEP_LEFT: 'Nobody waits for it any more; only the books are told.',
};

/** A line of the history for people. `aside`: what the saga made of it, where it wasn't applied. */
export function tellEvent({ event, outcome, reason = '', actor }: LiveEntry): {
  readonly text: string;
  readonly aside?: string;
} {
  const text = SENTENCES[event] ?? guess(event, actor);
  if (outcome === 'applied') return { text };
  return {
    text,
    aside: REASONS[reason] ?? (outcome === 'deferred' ? 'Kept for later.' : 'Nothing changes.'),
  };
}

function guess(event: string, actor: string): string {
  const [, timer] = /^(?:timer\.|xstate\.after\.)(\w+)/.exec(event) ?? [];
  if (timer !== undefined) return `Time is up: ${words(timer)}.`;
  const [, step = event, outcome] = /^(\w+)\.(\w+)$/.exec(event) ?? [];
  return outcome === undefined ? `${words(event)} (${actor})` : `${words(step)}: ${outcome}.`;
}

/** `createShipment` and `RESERVATION_TTL` as words. */
export function words(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
}
