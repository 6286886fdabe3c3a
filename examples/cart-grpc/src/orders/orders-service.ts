import { ServerError, Status } from 'nice-grpc';
import type { OrdersServiceImplementation } from '../generated/cart-checkout.ts';
import { requireText } from '../map-checkout.ts';
import { orderOf, readCreateOrderRequest } from '../map-order.ts';
import type { OrdersDatabase } from './open-orders.ts';
import { cancelOrder, findOrder, storeOrder } from './store-order.ts';

/** The order service's calls. */
export function ordersService(db: OrdersDatabase): OrdersServiceImplementation {
  return {
    async createOrder(request) {
      const result = await storeOrder(db, readCreateOrderRequest(request));
      if ('orderId' in result) return result;
      const status = result.refusal === 'cancelled' ? Status.FAILED_PRECONDITION : Status.ALREADY_EXISTS;
      throw new ServerError(status, result.refusal);
    },
    async cancelOrder({ paymentId }) {
      requireText('payment_id', paymentId);
      return { orderId: await cancelOrder(db, paymentId) };
    },
    async findOrder({ paymentId }) {
      requireText('payment_id', paymentId);
      const order = await findOrder(db, paymentId);
      if (!order || order.userId === '') throw new ServerError(Status.NOT_FOUND, 'there is no such order');
      return orderOf(order);
    },
  };
}
