import { eventually } from '@countermand/test-kit';
import { expect } from 'vitest';
import { z } from 'zod';

const order = z.looseObject({
  id: z.string(),
  status: z.string(),
  saga: z.looseObject({
    settled: z.boolean(),
    state: z.json(),
    steps: z.array(z.looseObject({ name: z.string(), status: z.string(), attempts: z.number() })),
    open_obligations: z.array(z.unknown()),
  }),
});

/** Speaks to the order service as its clients do. */
export function askOrders(url: string) {
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: 'Bearer demo-alice', 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const get = async (id: string) => order.parse(await (await call('GET', `/api/orders/${id}`)).json());
  const until = (id: string, isIt: (one: z.output<typeof order>) => boolean, timeoutMs = 30_000) =>
    eventually(
      async () => {
        const one = await get(id);
        expect(isIt(one), JSON.stringify(one)).toBe(true);
        return one;
      },
      { timeoutMs },
    );
  return {
    call,
    get,
    until,
    async place(sku = 'usb-cable', quantity = 1): Promise<string> {
      const response = await call(
        'POST',
        '/api/orders',
        { items: [{ sku, quantity }] },
        {
          'idempotency-key': crypto.randomUUID(),
        },
      );
      return z.object({ id: z.string(), status: z.literal('PENDING') }).parse(await response.json()).id;
    },
    pay: (id: string, token?: string) =>
      call('POST', `/api/orders/${id}/pay`, token === undefined ? {} : { token }),
    settled: (id: string, timeoutMs?: number) => until(id, ({ saga }) => saga.settled, timeoutMs),
    patch: (id: string, body: object) =>
      call('PATCH', `/api/orders/${id}/status`, body, { authorization: 'Bearer demo-admin' }),
  };
}
