import { type Checkout, InvalidRequest, type OrderLine } from './checkout.ts';
import type { CreateSagaOrderRequest, OrderItem } from './generated/cart-checkout.ts';
import { AmountError, toMajorUnits, toMinorUnits } from './money.ts';

const MAX_ITEMS = 200;

/**
 * Reads what enters the orchestrator, guard clause by guard clause.
 *
 * @throws InvalidRequest that names the field
 */
export function readCheckout(request: CreateSagaOrderRequest, checkoutId: string): Checkout {
  const { currencyCode } = request;
  requireText('user_id', request.userId);
  requireText('cart_id', request.cartId);
  requireText('payment_method', request.paymentMethod);
  requireText('currency_code', currencyCode);
  requireText('shipping_address.id', request.shippingAddress?.id ?? '');
  if (request.items.length > MAX_ITEMS) throw new InvalidRequest(`items: at most ${MAX_ITEMS}`);
  if (request.paymentCurrency !== currencyCode) {
    throw new InvalidRequest(`payment_currency must be currency_code, ${currencyCode}`);
  }
  const minor = (field: string, value: number) => amount(field, value, currencyCode);
  const read: Checkout = {
    checkoutId,
    userId: request.userId,
    cartId: request.cartId,
    items: request.items.map((item, index) => readItem(item, currencyCode, `items[${index}]`)),
    paymentMethod: request.paymentMethod,
    paymentAmount: minor('payment_amount', request.paymentAmount),
    paymentCurrency: request.paymentCurrency,
    shippingAddressId: request.shippingAddress?.id ?? '',
    shippingMethod: request.shippingMethod,
    shippingCost: minor('shipping_cost', request.shippingCost),
    subtotal: minor('subtotal', request.subtotal),
    coupons: request.coupons.map(({ code, discount }, index) => ({
      code,
      discount: minor(`coupons[${index}].discount`, discount),
    })),
    total: minor('total', request.total),
    currencyCode,
  };
  checkSums(read);
  return read;
}

/** One item, field by field. @throws InvalidRequest */
export function readItem(item: OrderItem, currency: string, field: string): OrderLine {
  requireText(`${field}.variant_id`, item.variantId);
  if (item.quantity < 1 || item.quantity > 1_000) throw new InvalidRequest(`${field}.quantity: 1 to 1000`);
  return {
    variantId: item.variantId,
    productId: item.productId,
    name: item.name,
    quantity: item.quantity,
    unitPrice: amount(`${field}.unit_price`, item.unitPrice, currency),
  };
}

/** One item as it goes out. */
export function itemOf(line: OrderLine, currency: string): OrderItem {
  return {
    variantId: line.variantId,
    productId: line.productId,
    name: line.name,
    quantity: line.quantity,
    unitPrice: toMajorUnits(line.unitPrice, currency),
  };
}

/** An amount as minor units. @throws InvalidRequest */
export function amount(field: string, value: number, currency: string): number {
  try {
    return toMinorUnits(field, value, currency);
  } catch (error) {
    if (error instanceof AmountError) throw new InvalidRequest(error.message);
    throw error;
  }
}

/** Text that must be there, and that PostgreSQL can store. @throws InvalidRequest */
export function requireText(field: string, value: string): void {
  if (value === '') throw new InvalidRequest(`${field} is required`);
  if (value.length > 200 || value.includes('\0') || !value.isWellFormed())
    throw new InvalidRequest(`${field} can't be stored`);
}

function checkSums({ subtotal, shippingCost, coupons, total, paymentAmount }: Checkout): void {
  const discount = coupons.reduce((sum, coupon) => sum + coupon.discount, 0);
  if (subtotal + shippingCost - discount !== total) {
    throw new InvalidRequest('total must be subtotal and shipping_cost, less what the coupons take off');
  }
  if (paymentAmount !== total) throw new InvalidRequest('payment_amount must be total');
}
