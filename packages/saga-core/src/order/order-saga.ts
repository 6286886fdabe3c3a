import { withCheckOptions } from '../check/with-check-options.js';
import { defineSaga } from '../define-saga.js';
import { didYouMean } from '../nearest-name.js';
import { SagaError } from '../saga-error.js';
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
  assertStepNames(complete, Object.keys(steps));
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

function assertStepNames({ steps }: OrderSettings, names: readonly string[]): void {
  const unknown = Object.keys(steps).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new SagaError(
    'DEFINITION_INVALID',
    `order setting steps: no step is called '${unknown}'${didYouMean(unknown, names)}`,
  );
}

/** The order saga's type; its adapters are `AdaptersFor<OrderSaga>`. */
export type OrderSaga = ReturnType<typeof createOrderSaga>;
