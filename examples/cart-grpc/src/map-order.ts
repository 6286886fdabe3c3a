import { InvalidRequest, type NewOrder, type StoredOrder } from './checkout.ts';
import { type CreateOrderRequest, type Order, OrderStatus } from './generated/cart-checkout.ts';
import { amount, itemOf, readItem, requireText } from './map-checkout.ts';
import { toMajorUnits } from './money.ts';

const STATUSES = {
  CREATED: OrderStatus.ORDER_STATUS_CREATED,
  CANCELLED: OrderStatus.ORDER_STATUS_CANCELLED,
} as const;

/** An order as the orchestrator asks for it. */
export function createOrderRequestOf(order: NewOrder): CreateOrderRequest {
  const { currencyCode } = order;
  return {
    userId: order.userId,
    cartId: order.cartId,
    items: order.items.map((line) => itemOf(line, currencyCode)),
    status: STATUSES[order.status],
    paymentId: order.paymentId,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    totalAmount: toMajorUnits(order.totalAmount, currencyCode),
    shippingAddressId: order.shippingAddressId,
    currencyCode,
  };
}

/** What enters the order service. @throws InvalidRequest that names the field */
export function readCreateOrderRequest(request: CreateOrderRequest): NewOrder {
  const { currencyCode } = request;
  requireText('user_id', request.userId);
  requireText('cart_id', request.cartId);
  requireText('payment_id', request.paymentId);
  requireText('shipping_address_id', request.shippingAddressId);
  if (request.items.length === 0) throw new InvalidRequest('items: at least one');
  return {
    userId: request.userId,
    cartId: request.cartId,
    items: request.items.map((item, index) => readItem(item, currencyCode, `items[${index}]`)),
    status: readStatus(request.status),
    paymentId: request.paymentId,
    createdAt: time('created_at', request.createdAt),
    updatedAt: time('updated_at', request.updatedAt),
    totalAmount: amount('total_amount', request.totalAmount, currencyCode),
    shippingAddressId: request.shippingAddressId,
    currencyCode,
  };
}

/** A stored order as it is answered. */
export function orderOf(order: StoredOrder): Order {
  return { orderId: order.orderId, ...createOrderRequestOf(order) };
}

function readStatus(status: OrderStatus): NewOrder['status'] {
  if (status === OrderStatus.ORDER_STATUS_CREATED) return 'CREATED';
  if (status === OrderStatus.ORDER_STATUS_CANCELLED) return 'CANCELLED';
  throw new InvalidRequest(`status: ${String(status)} is not one that an order may have`);
}

function time(field: string, value: string): string {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw new InvalidRequest(`${field} is not a time`);
  return new Date(ms).toISOString();
}
