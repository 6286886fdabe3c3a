import type { RetryPolicy } from '../retry-policy.js';
import { SagaError } from '../saga-error.js';

/** How one step is tried; what is left out stays as it is. Times in milliseconds. */
export interface StepPolicy {
  readonly retry?: Partial<RetryPolicy>;
  readonly timeoutMs?: number;
  readonly deadlineMs?: number;
}

/** Every timeout and policy of the order lifecycle. Times in milliseconds. */
export interface OrderSettings {
  /** How long stock is held for a customer who doesn't pay; 30 minutes by default. */
  readonly reservationTtlMs: number;
  /** How long a payment may take before the gateway is asked and the order fails; 15 minutes by default. */
  readonly paymentTimeoutMs: number;
  /** How long the gateway may take to say what became of a payment; 15 seconds by default. */
  readonly gatewayAnswerMs: number;
  /** After how long without warehouse or carrier `ORDER_OVERDUE` is published, and again; 24 hours by default. */
  readonly overdueMs: number;
  /** How long news that comes before its time is kept; 7 days by default. */
  readonly earlyNewsMs: number;
  /** The retry budget of undos, and of steps after the point of no return. */
  readonly undoRetry: Partial<RetryPolicy>;
  /** The longest that one of those may take before it parks; 1 hour by default. */
  readonly undoDeadlineMs: number;
  /** How long a refund may be pending at the gateway before it parks; 10 days by default. */
  readonly refundPendingMs: number;
  /** Overrides by step name. */
  readonly steps: Readonly<Record<string, StepPolicy>>;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The settings that {@link createOrderSaga} takes where it is given none. */
export const DEFAULT_ORDER_SETTINGS: OrderSettings = {
  reservationTtlMs: 30 * MINUTE,
  paymentTimeoutMs: 15 * MINUTE,
  gatewayAnswerMs: 15_000,
  overdueMs: DAY,
  earlyNewsMs: 7 * DAY,
  undoRetry: { attempts: 50, initialDelayMs: 500, factor: 2, maxDelayMs: MINUTE },
  undoDeadlineMs: 60 * MINUTE,
  refundPendingMs: 10 * DAY,
  steps: {},
};

/** Fills in the defaults. @throws SagaError `DEFINITION_INVALID` for a time that can't be meant */
export function completeOrderSettings(settings: Partial<OrderSettings>): OrderSettings {
  const complete = { ...DEFAULT_ORDER_SETTINGS, ...settings };
  for (const [name, value] of Object.entries(complete)) {
    if (typeof value !== 'number' || (Number.isFinite(value) && value > 0)) continue;
    throw new SagaError(
      'DEFINITION_INVALID',
      `order setting ${name} must be a number of milliseconds above 0`,
    );
  }
  return complete;
}
