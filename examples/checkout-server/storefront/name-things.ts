/** The nine statuses, as a customer reads them. */
export const STATUS_WORDS: Readonly<Record<string, string>> = {
  CREATED: 'Created',
  RESERVED: 'Reserved',
  PAYMENT_PENDING: 'Being paid',
  PAID: 'Paid',
  CONFIRMED: 'Confirmed',
  SHIPPED: 'Shipped',
  IN_TRANSIT: 'On its way',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};

/** What can be open in the world, by kind. */
export const KIND_WORDS: Readonly<Record<string, string>> = {
  'stock.reserved': 'Units held',
  'stock.sold': 'Units sold',
  'coupon.used': 'Coupon used',
  'payment.authorized': 'Card authorized',
  'payment.captured': 'Money taken',
};

/** What undoes it, by step. */
export const UNDO_WORDS: Readonly<Record<string, string>> = {
  releaseStock: 'give the units back',
  cancelCoupon: 'give the coupon back',
  void: 'give the authorization up',
  refund: 'refund the money',
};

/** Steps in whose middle a visitor may want the worker to die, in the order of an order. */
export const STRIKABLE: readonly { readonly step: string; readonly title: string }[] = [
  { step: 'reserveStock', title: 'holding the units' },
  { step: 'authorize', title: 'authorizing the card' },
  { step: 'capture', title: 'taking the money' },
  { step: 'checkFraud', title: 'checking for fraud' },
  { step: 'generateInvoice', title: 'writing the invoice' },
  { step: 'createShipment', title: 'handing it to the carrier' },
  { step: 'refund', title: 'refunding the money' },
  { step: 'releaseStock', title: 'giving the units back' },
];

/** Why an order failed, by code. */
export const FAILURE_WORDS: Readonly<Record<string, string>> = {
  OUT_OF_STOCK: 'There are not enough units.',
  INVENTORY_ERROR: 'The units could not be held.',
  PAYMENT_DECLINED: 'The payment was declined.',
  PAYMENT_TIMEOUT: 'The payment took too long.',
  FRAUD_CHECK_FAILED: 'The fraud check said no.',
  ADDRESS_INVALID: 'The address does not exist.',
  COUPON_INVALID: 'The coupon is not valid.',
  SYSTEM_ERROR: 'Something that it needs did not work, as often as it was tried.',
};
