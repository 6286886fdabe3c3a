import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const WAIT_MS = 60_000;

/** What the demo reads of an order. */
export interface Order {
  readonly id: string;
  readonly status: string;
  readonly payments: readonly { readonly status: string }[];
  readonly saga: { readonly status: string; readonly settled: boolean };
}

/** What the payment participant has in its book for an order. */
export interface LedgerEntry {
  readonly captured: number;
  readonly refunded: number;
  readonly captures: number;
  readonly refunds: number;
}

/** A customer of the shop at that address. */
export function shopAt(url: string) {
  async function call<Body>(
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Body> {
    const response = await fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: 'Bearer demo-alice', 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Body;
  }
  const order = (id: string) => call<Order>(`/api/orders/${id}`);

  /** Waits until the order is as the caller wants it, and prints each status on the way. */
  async function until(id: string, isThere: (order: Order) => boolean): Promise<Order> {
    const endsAt = performance.now() + WAIT_MS;
    let shown = '';
    for (;;) {
      const now = await order(id);
      const line = `${now.status}${now.saga.status === 'COMPENSATING' ? ' (undoing)' : ''}`;
      if (line !== shown) process.stdout.write(`    ${line}\n`);
      shown = line;
      if (isThere(now)) return now;
      if (performance.now() > endsAt)
        throw new Error(`order ${id} is still ${now.status} after ${WAIT_MS} ms`);
      await pause(25);
    }
  }

  return {
    order,
    until,
    settled: (id: string) => until(id, ({ saga }) => saga.settled),
    async place(sku: string): Promise<string> {
      const shippingAddress = { line1: '1 Main Street', city: 'Berlin', postalCode: '10115', country: 'DE' };
      const body = { items: [{ sku, quantity: 1 }], shippingAddress };
      const headers = { 'idempotency-key': randomUUID() };
      return (await call<{ order_id: string }>('/api/orders', body, headers)).order_id;
    },
    pay: (id: string, token: string) => call<Order>(`/api/orders/${id}/pay`, { tokens: [token] }),
    cancel: (id: string) => call<Order>(`/api/orders/${id}/cancel`, { reason: 'the demo changed its mind' }),
    ledger: async (id: string) =>
      (await call<{ orders: Record<string, LedgerEntry> }>('/dev/ledger')).orders[id],
    stock: async (sku: string) =>
      (await call<Record<string, { available: number }>>('/dev/stock'))[sku]?.available,
    invariants: () =>
      call<{ ok: boolean; checked: { orders: number; quiet: number }; violations: unknown[] }>(
        '/dev/invariants',
      ),
  };
}

/** See {@link shopAt}. */
export type Shop = ReturnType<typeof shopAt>;
