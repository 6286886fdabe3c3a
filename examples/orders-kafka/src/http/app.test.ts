import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readSettings } from '../settings.ts';
import { type AppParts, createApp } from './app.ts';

const euros = (amount: number) => ({ amount, currency: 'EUR' });

function appWith(parts: Partial<AppParts>) {
  const refuse = () => Promise.reject(new Error('Kafka is away'));
  return createApp({
    runner: { get: refuse, list: refuse },
    ...{ settings: readSettings({}), announce: refuse, log: pino({ level: 'silent' }) },
    ...parts,
  });
}

const place = (app: ReturnType<typeof createApp>, payments: readonly ReturnType<typeof euros>[]) =>
  app.request('/api/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ customer_id: 'cust_1', items: [{ sku: 'book', quantity: 1 }], total: euros(3_000) },
      payments: payments.map((amount) => ({ method: 'card', amount })),
    }),
  });

it.each([[euros(2_999)], [{ ...euros(3_000), currency: 'JPY' }]])(
  'payments that are not the total are refused: %j',
  async (amount) => {
    const announced: unknown[] = [];
    const app = appWith({ announce: (order) => Promise.resolve(void announced.push(order)) });
    const answer = await place(app, [amount]);
    expect([answer.status, announced]).toEqual([422, []]);
    expect((await place(app, [euros(1_000), euros(2_000)])).status).toBe(202);
  },
);

it('what is at fault here is told to the log, and not to the caller', async () => {
  const told: string[] = [];
  const answer = await place(appWith({ log: pino({}, { write: (line) => void told.push(line) }) }), [
    euros(3_000),
  ]);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('Kafka');
  expect(told.join()).toContain('Kafka is away');
});
