import type { PostgresRunner } from '@countermand/runner-postgres';
import { SagaError, type SagaView } from '@countermand/saga-core';
import { type CallContext, ServerError, Status } from 'nice-grpc';
import { checkoutIdOf } from '../checkout-id.ts';
import type {
  CreateSagaOrderRequest,
  OrchestratorServiceImplementation,
} from '../generated/cart-checkout.ts';
import { readCheckout, requireText } from '../map-checkout.ts';
import type { CheckoutFailure, CheckoutSaga } from './checkout-saga.ts';

/** The gRPC status of each way in which a checkout fails. */
const STATUSES: Readonly<Record<string, Status>> = {
  CART_NOT_FOUND: Status.NOT_FOUND,
  VARIANT_NOT_FOUND: Status.NOT_FOUND,
  CART_CHANGED: Status.FAILED_PRECONDITION,
  PRICE_CHANGED: Status.FAILED_PRECONDITION,
  PRICE_INVALID: Status.FAILED_PRECONDITION,
  OUT_OF_STOCK: Status.FAILED_PRECONDITION,
  RESERVATION_LOST: Status.ABORTED,
  ORDER_REFUSED: Status.INTERNAL,
  UNKNOWN: Status.UNAVAILABLE,
};

/** What the orchestrator answers with. */
export interface OrchestratorParts {
  readonly runner: PostgresRunner;
  readonly saga: CheckoutSaga;
  /** How long a caller waits for the end of a checkout, in milliseconds. */
  readonly answerTimeoutMs: number;
}

/** The orchestrator's calls. The same idempotency key, or the same cart where there is none, is one checkout. */
export function orchestratorService(parts: OrchestratorParts): OrchestratorServiceImplementation {
  const { runner } = parts;
  return {
    async createSagaOrder(request, context) {
      const id = checkoutIdOf(request.userId, keyOf(request, context));
      const traceparent = context.metadata.get('traceparent');
      await runner.start(parts.saga, readCheckout(request, id), {
        ...{ id, actor: `user:${request.userId}` },
        ...(traceparent !== undefined && { traceparent }),
      });
      const view = await waitForEnd(parts, id, context);
      const { orderId, failure } = view.context as { orderId?: string; failure?: CheckoutFailure };
      if (view.state === 'COMPLETED' && orderId !== undefined) return { sagaId: id, orderId };
      const { code = 'UNKNOWN', message = 'a person has to look at it' } = failure ?? {};
      throw new ServerError(STATUSES[code] ?? Status.INTERNAL, `${code}: ${message} (checkout ${id})`);
    },
    async getSaga({ sagaId }) {
      requireText('saga_id', sagaId);
      const view = await runner.get(sagaId);
      if (!view) throw new ServerError(Status.NOT_FOUND, 'there is no such checkout');
      const { orderId = '', failure } = view.context as { orderId?: string; failure?: CheckoutFailure };
      return {
        ...{ sagaId, state: String(view.state), settled: view.settled, orderId },
        failureCode: failure?.code ?? '',
        openObligations: view.openObligations.map((obligation) => obligation.id),
      };
    },
  };
}

async function waitForEnd(
  { runner, answerTimeoutMs }: OrchestratorParts,
  id: string,
  { signal }: CallContext,
): Promise<SagaView> {
  try {
    const isOver = ({ settled, status }: SagaView) => settled || status === 'parked';
    return await runner.waitFor(id, isOver, { timeoutMs: answerTimeoutMs, signal });
  } catch (error) {
    if (!(error instanceof SagaError) || error.code !== 'WAIT_TIMED_OUT') throw error;
    throw new ServerError(Status.DEADLINE_EXCEEDED, `checkout ${id} goes on; ask for it by GetSaga`);
  }
}

/** The caller's key; the same cart is the same checkout where there is none. */
function keyOf({ userId, cartId }: CreateSagaOrderRequest, { metadata }: CallContext): string {
  requireText('user_id', userId);
  requireText('cart_id', cartId);
  return metadata.get('idempotency-key') ?? `cart ${cartId}`;
}
