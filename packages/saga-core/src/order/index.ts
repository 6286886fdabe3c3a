export { orderCheck } from './order-check.js';
export type {
  FailureCode,
  OrderCoupon,
  OrderFailure,
  OrderInput,
  OrderItem,
  OrderPayment,
  PaymentStatus,
} from './order-context.js';
export type { OrderEmitted, OrderEvent } from './order-events.js';
export { createOrderMachine } from './order-machine.js';
export { createOrderSaga, type OrderSaga } from './order-saga.js';
export { DEFAULT_ORDER_SETTINGS, type OrderSettings, type StepPolicy } from './order-settings.js';
export { createOrderSteps, type OrderSteps } from './order-steps.js';
export { type OrderStatus, type OrderView, orderStatus, viewOrder } from './view-order.js';
