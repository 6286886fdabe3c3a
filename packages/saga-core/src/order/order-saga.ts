import { withCheckOptions } from '../check/with-check-options.js';
import { defineSaga } from '../define-saga.js';
import { orderCheck } from './order-check.js';
import { orderInput } from './order-context.js';
import { createOrderEvents } from './order-events.js';
import { createOrderMachine } from './order-machine.js';
import { completeOrderSettings, type OrderSettings } from './order-settings.js';
import { createOrderSteps } from './order-steps.js';

/**
 * The order lifecycle, ready to use: give a runner adapters for its steps, and start it with an
 * {@link OrderInput}.
 *
 * @throws SagaError `DEFINITION_INVALID` for a setting that can't be meant
 */
export function createOrderSaga(settings: Partial<OrderSettings> = {}) {
  const complete = completeOrderSettings(settings);
  const steps = createOrderSteps(complete);
  const saga = defineSaga({
    name: 'order',
    version: 1,
    machine: createOrderMachine(complete, steps),
    input: orderInput,
    events: createOrderEvents(complete, steps),
    override: 'OVERRIDE',
    attributes: ({ orderId, customerId }) => ({ orderId, customerId }),
  });
  return withCheckOptions(saga, { ...orderCheck(1), also: [orderCheck(2)] });
}

/** The order saga's type; its adapters are `AdaptersFor<OrderSaga>`. */
export type OrderSaga = ReturnType<typeof createOrderSaga>;
