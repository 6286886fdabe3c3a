import { confirmedState, inTransitState, paidState, shippedState } from './fulfilling-states.js';
import { newOrder } from './order-context.js';
import type { OrderSettings } from './order-settings.js';
import { setupOrder } from './order-setup.js';
import type { OrderSteps } from './order-steps.js';
import { payingState } from './paying-state.js';
import { createdState, reservedState } from './reserving-states.js';
import { cancelledState, failedState } from './undoing-states.js';

/**
 * The order lifecycle as an XState machine. Its top-level states are an order's statuses; what lies inside them are
 * the steps on the way.
 */
export function createOrderMachine(settings: OrderSettings, steps: OrderSteps) {
  const order = setupOrder(settings, steps);
  return order.createMachine({
    id: 'order',
    context: ({ input }) => newOrder(input),
    initial: 'CREATED',
    states: {
      CREATED: createdState(order),
      RESERVED: reservedState(order),
      PAYMENT_PENDING: payingState(order),
      PAID: paidState(order),
      CONFIRMED: confirmedState(order),
      SHIPPED: shippedState(order),
      IN_TRANSIT: inTransitState(order),
      FAILED: failedState(order),
      CANCELLED: cancelledState(order),
    },
  });
}
