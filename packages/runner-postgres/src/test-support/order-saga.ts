export { createOrderSaga } from '@countermand/saga-core/order';
