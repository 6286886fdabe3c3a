import { eventually } from '@countermand/test-kit';
import { expect } from 'vitest';
import { z } from 'zod';

const part = z.looseObject({
  saga_id: z.string(),
  status: z.enum(['STARTED', 'COMPLETED', 'FAILED']),
  settled: z.boolean(),
  state: z.json(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  open_obligations: z.array(z.looseObject({ id: z.string() })),
  history: z.array(z.looseObject({ event: z.string(), outcome: z.string() })),
});
const whole = part.extend({ acceptance: part.nullable() });
const started = z.strictObject({ success: z.literal(true), saga_id: z.uuid(), status: z.literal('STARTED') });

/** Speaks to an orchestrator as its clients do. */
export function askCampus(url: string) {
  const get = async (id: string) => whole.parse(await (await fetch(`${url}/api/sagas/${id}`)).json());
  return {
    post: (body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${url}/api/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async place(customer: string): Promise<string> {
      const response = await this.post(orderOf(customer));
      return started.parse(await response.json()).saga_id;
    },
    get,
    list: (query: string, token = 'demo-admin') =>
      fetch(`${url}/api/sagas${query}`, { headers: { authorization: `Bearer ${token}` } }),
    /** Waits until a saga and what follows it are at rest, with nothing open. */
    settled: (id: string, timeoutMs = 20_000) =>
      eventually(
        async () => {
          const saga = await get(id);
          const all = saga.status === 'COMPLETED' ? [saga, saga.acceptance] : [saga];
          expect(
            all.every((one) => one?.settled),
            JSON.stringify(saga.history),
          ).toBe(true);
          return saga;
        },
        { timeoutMs },
      ),
  };
}

/** The sample order, by this customer. */
export function orderOf(customer: string) {
  return {
    customer_id: customer,
    order_details: {
      foodItems: [{ name: 'pizza', price: 12.99, quantity: 2 }],
      deliveryLocation: 'Library, 2nd floor',
    },
  };
}
