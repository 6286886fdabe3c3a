import { createEmptyDatabase } from '@countermand/dev-postgres';
import { createRunner } from '@countermand/runner-postgres';
import { eventually } from '@countermand/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpService } from './http-service.js';
import { path } from './path.js';
import { parcelSaga } from './test-support/parcel-saga.js';
import { serve } from './test-support/serve.js';
import { webhookReceiver } from './webhook-receiver.js';
import { webhookSender } from './webhook-sender.js';
import { signWebhook, verifyWebhook } from './webhook-signature.js';

const secrets = [`whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`];

interface Carrier {
  /** Connections that are cut after the booking was made. */
  cut: number;
  weighing: { status: number; body: unknown };
}

/** A carrier over HTTP, its books, and a runner whose steps call it. */
async function setUp(carrier: Carrier) {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const requests: string[] = [];
  const keys: string[] = [];
  const pickups = new Set<string>();
  const baseUrl = await serve((request, response) => {
    const key = String(request.headers['idempotency-key']);
    requests.push(`${request.method} ${request.url}`);
    keys.push(key);
    if (request.method === 'DELETE') response.writeHead(pickups.delete(request.url ?? '') ? 200 : 404).end();
    else if (request.url === '/weighings')
      response.writeHead(carrier.weighing.status).end(JSON.stringify(carrier.weighing.body));
    else {
      pickups.add(request.url ?? '');
      if (carrier.cut > 0) {
        carrier.cut -= 1;
        request.socket.destroy();
      } else response.end('{"pickup":"pu-1"}');
    }
  });
  const adapters = httpService({ baseUrl }).steps(parcelSaga, {
    bookPickup: {
      path: ({ parcel }) => path`/pickups/${parcel}`,
      probe: { path: ({ input }) => path`/pickups/${input.parcel}` },
    },
    cancelPickup: {
      method: 'DELETE',
      path: ({ parcel }) => path`/pickups/${parcel}`,
      output: () => ({ status: 'cancelled' }),
      on: { 404: () => ({ status: 'not_found' }) },
    },
    weigh: { path: '/weighings' },
  });
  const runner = createRunner({
    connection: database.url,
    sagas: [parcelSaga],
    adapters: { parcel: adapters },
  });
  onTestFinished(() => runner.stop({ graceMs: 500 }));
  await runner.migrate();
  return { runner, requests, keys, pickups };
}

describe('a saga whose steps go by HTTP', () => {
  it('is told the answer of a step by a signed webhook, hours after its 202', async () => {
    const { runner, keys, requests } = await setUp({ cut: 1, weighing: { status: 202, body: {} } });
    await runner.work();
    const { id } = await runner.start(parcelSaga, { parcel: 'a' });
    await runner.waitFor(id, ({ steps }) => steps.some(({ status }) => status === 'awaiting'));
    expect(requests).toEqual(['POST /pickups/a', 'POST /pickups/a', 'POST /weighings']);
    expect(keys[0]).toBe(keys[1]);
    const receive = webhookReceiver({
      source: 'carrier',
      secrets,
      runner,
      read: ({ payload }) => ({
        idempotencyKey: (payload as { key: string }).key,
        answer: { output: { grams: 70 } },
      }),
    });
    const body = JSON.stringify({ key: keys[2] });
    const headers = { ...signWebhook(secrets, 'wh_1', Date.now(), body) };
    const url = 'http://localhost/';
    expect((await receive(new Request(url, { method: 'POST', body, headers }))).status).toBe(202);
    expect((await runner.waitFor(id, ({ settled }) => settled)).state).toBe('SENT');
  });

  it('that is declined gives back what it has booked', async () => {
    const weighing = { status: 422, body: { code: 'TOO_HEAVY', grams: 90_000 } };
    const { runner, pickups } = await setUp({ cut: 0, weighing });
    await runner.work();
    const { id } = await runner.start(parcelSaga, { parcel: 'b' });
    expect((await runner.waitFor(id, ({ settled }) => settled)).state).toBe('CANCELLED');
    expect(pickups.size).toBe(0);
  });
});

describe('a published event', () => {
  it('leaves as a signed webhook through the outbox, in order, until it is taken', async () => {
    const { runner } = await setUp({ cut: 0, weighing: { status: 200, body: { grams: 1 } } });
    const got: {
      id: string | null;
      trace: string | null;
      refusal: unknown;
      body: { type: string; data: object };
    }[] = [];
    const answers = [503, 302, 200, 200];
    const baseUrl = await serve(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk as Uint8Array);
      const raw = Buffer.concat(chunks);
      const headers = new Headers(request.headers as Record<string, string>);
      const refusal = verifyWebhook(secrets, headers, raw, Date.now());
      got.push({
        id: headers.get('webhook-id'),
        trace: headers.get('traceparent'),
        refusal,
        body: JSON.parse(raw.toString()),
      });
      response
        .writeHead(answers.shift() ?? 500, { location: 'http://169.254.169.254/' })
        .end('taken, thanks');
    });
    const send = webhookSender({ baseUrl, secrets, scheduleMs: [10] });
    await runner.on('PARCEL_SENT', { name: 'shop' }, send);
    await runner.on('PARCEL_COLLECTED', { name: 'shop' }, send);
    await runner.work();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { id } = await runner.start(parcelSaga, { parcel: 'c' }, { traceparent });
    await runner.waitFor(id, ({ state }) => state === 'SENT');
    await runner.send(id, { type: 'COLLECTED' });
    await eventually(() => expect(got).toHaveLength(4));
    expect(got.map(({ body }) => body.type)).toEqual([
      ...Array.from({ length: 3 }, () => 'PARCEL_SENT'),
      'PARCEL_COLLECTED',
    ]);
    expect(got.slice(0, 3).map(({ trace }) => trace)).toEqual(Array.from({ length: 3 }, () => traceparent));
    expect(new Set(got.map((webhook) => webhook.id)).size).toBe(2);
    expect(got.every(({ refusal }) => refusal === undefined)).toBe(true);
    expect(got[0]?.body).toMatchObject({ data: { saga_id: id, parcel: 'c' } });
  });
});
