import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { orderBody } from './testing/client.ts';
import { ownSettings, type ServerProcess, startServer } from './testing/start-server.ts';

it('the answer for an idempotency key is given for 7 days, the same bytes; after that its key is free', async () => {
  const { env, dispose } = await ownSettings({ AUTO_FULFILMENT: 'false' });
  onTestFinished(dispose);
  const before = await startServer(env);
  onTestFinished(() => before.stop().then(() => undefined));
  const place = (server: ServerProcess, key: string) =>
    server.send('POST', '/api/orders', {
      body: orderBody('usb-c-cable'),
      headers: { 'idempotency-key': key },
    });
  const [kept, forgotten] = [randomUUID(), randomUUID()];
  const first = await place(before, kept);
  const other = await place(before, forgotten);
  const client = new pg.Client({ connectionString: env['DATABASE_URL'] });
  await client.connect();
  onTestFinished(() => client.end());
  const age = (key: string, by: string) =>
    client.query('update checkout.idempotency set created_at = created_at - $2::interval where key = $1', [
      key,
      by,
    ]);
  await age(kept, '6 days 23 hours 55 minutes');
  await age(forgotten, '7 days');
  await before.stop();
  // Old answers are removed when a server begins, and every hour from then on.
  const after = await before.restart();
  onTestFinished(() => after.stop().then(() => undefined));
  await after.eventually(async () => {
    const { rows } = await client.query('select key from checkout.idempotency');
    expect(rows).toEqual([{ key: kept }]);
  });

  const again = await place(after, kept);
  expect({ status: again.status, text: again.text }).toEqual({ status: 201, text: first.text });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const anew = await place(after, forgotten);
  expect(anew.status).toBe(201);
  expect(anew.headers.get('idempotent-replayed')).toBeNull();
  expect(anew.body['order_id']).not.toBe(other.body['order_id']);
});
