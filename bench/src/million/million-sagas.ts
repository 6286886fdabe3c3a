import { createOrderSaga, type OrderSaga } from '@countermand/saga-core/order';
import { fiveSteps } from '../five-steps.ts';
import { waitingSaga } from '../waiting-saga.ts';

const HOUR_MS = 3_600_000;

/** Orders of which a failed refund parks at once, and a stock that can't be released is tried again hours later. */
export const order: OrderSaga = createOrderSaga({
  steps: {
    refund: { retry: { attempts: 1 } },
    releaseStock: {
      deadlineMs: 24 * HOUR_MS,
      retry: { attempts: 20, initialDelayMs: 2 * HOUR_MS, maxDelayMs: 2 * HOUR_MS, jitter: 0 },
    },
  },
});

/** What the million is made of. */
export const millionSagas: readonly [OrderSaga, typeof fiveSteps, typeof waitingSaga] = [
  order,
  fiveSteps,
  waitingSaga,
];
