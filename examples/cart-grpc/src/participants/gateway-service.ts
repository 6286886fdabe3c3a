import { type CallContext, type CallOptions, ClientError, Metadata, ServerError } from 'nice-grpc';
import type { CartsClient, CartsServiceImplementation } from '../generated/cart-checkout.ts';

/** Metadata that the gateway passes on. The deadline is the caller's: its end ends the call behind it, too. */
const PASSED_ON = ['idempotency-key', 'traceparent', 'tracestate'];

/** The gateway: what carts are asked for goes through it, statuses come back as they are. */
export function gatewayService(carts: CartsClient): CartsServiceImplementation {
  return {
    getCart: async (request, context) => await relay(() => carts.getCart(request, optionsOf(context))),
  };
}

function optionsOf({ metadata, signal }: CallContext): CallOptions {
  const passed = Metadata();
  for (const name of PASSED_ON) {
    const value = metadata.get(name);
    if (value !== undefined) passed.set(name, value);
  }
  return { metadata: passed, signal };
}

async function relay<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof ClientError ? new ServerError(error.code, error.details) : error;
  }
}
