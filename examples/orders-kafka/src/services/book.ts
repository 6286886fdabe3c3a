/** The services' own truth. */
export interface Book {
  readonly stock: Map<string, 'reserved' | 'confirmed' | 'released'>;
  /** By order and code. */
  readonly coupons: Map<string, 'used' | 'cancelled'>;
  /** By order and payment. */
  readonly payments: Map<string, { readonly amount: number; readonly status: 'processed' | 'refunded' }>;
  readonly unwanted: Set<string>;
  readonly approved: Set<string>;
  /** Every request that came, copies included. */
  readonly requests: string[];
}

/** An empty book. */
export function openBook(): Book {
  return {
    stock: new Map(),
    coupons: new Map(),
    payments: new Map(),
    unwanted: new Set(),
    approved: new Set(),
    requests: [],
  };
}
