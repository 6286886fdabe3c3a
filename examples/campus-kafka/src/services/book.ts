import type { Reply } from './reply.ts';

/** The services' own truth, by the saga's id. */
export interface Book {
  readonly orders: Map<string, { readonly orderId: string; readonly customer: string; status: string }>;
  readonly payments: Map<
    string,
    { readonly paymentId: string; readonly amount: number; status: 'authorized' | 'voided' }
  >;
  /** Sagas whose payment was voided, also before there was one: an authorization that comes later is refused. */
  readonly voided: Set<string>;
  /** What was answered to each idempotency key. */
  readonly answers: Map<string, Reply>;
  /** How often money was authorized for each saga. */
  readonly authorizations: Map<string, number>;
}

/** An empty book. */
export function openBook(): Book {
  return {
    orders: new Map(),
    payments: new Map(),
    voided: new Set(),
    answers: new Map(),
    authorizations: new Map(),
  };
}
