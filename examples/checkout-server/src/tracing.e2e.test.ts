import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { eventually } from '@countermand/test-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { orderBody } from './testing/client.ts';
import { ownSettings, type ServerProcess, startServer } from './testing/start-server.ts';

/** What OTLP over HTTP says of a span, as far as it is looked at here. */
interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
}
interface SentTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: Record<string, unknown> }[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

const spans: (SentSpan & { readonly role: unknown; readonly service: unknown })[] = [];
let collector: Server;
let server: ServerProcess;
let dispose: () => Promise<void>;

/** Keeps what is sent to `/v1/traces`, as a collector would. */
function keepTraces(): Server {
  return createServer(async (request, response) => {
    const { resourceSpans } = (await json(request)) as SentTraces;
    if (request.url !== '/v1/traces') return response.writeHead(404).end();
    for (const { resource, scopeSpans } of resourceSpans) {
      const of = (name: string) => resource.attributes.find(({ key }) => key === name)?.value['stringValue'];
      const from = { role: of('checkout.role'), service: of('service.name') };
      spans.push(...scopeSpans.flatMap((scope) => scope.spans).map((span) => ({ ...span, ...from })));
    }
    return response.setHeader('content-type', 'application/json').end('{}');
  });
}

beforeAll(async () => {
  collector = keepTraces().listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const own = await ownSettings({
    WORKER_PROCESS: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  dispose = own.dispose;
  server = await startServer(own.env);
});
afterAll(async () => {
  await server?.stop();
  collector.closeAllConnections();
  collector.close();
  await dispose?.();
});

it('one order is one trace, through the web process, the worker, and the calls of participants', async () => {
  const traceId = 'a1'.repeat(16);
  const caller = 'b2'.repeat(8);
  const traceparent = `00-${traceId}-${caller}-01`;
  const placed = await server.send('POST', '/api/orders', {
    body: orderBody(),
    headers: { 'idempotency-key': randomUUID(), traceparent },
  });
  const id = String(placed.body['order_id']);
  await server.reaches(id, 'RESERVED');
  await server.send('POST', `/api/orders/${id}/pay`, {
    body: { tokens: ['tok_ok'] },
    headers: { traceparent },
  });
  await server.passes(id, 'CONFIRMED');

  const told = () => spans.filter((span) => span.traceId === traceId);
  const find = (name: string) => told().find((span) => span.name === name);
  const aboveOf = (name: string) => told().find(({ spanId }) => spanId === find(name)?.parentSpanId);
  await eventually(() => {
    expect(told().map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['POST /api/orders', 'start order', 'order start'],
        ...['step reserveStock', 'POST /inventory/reserve', 'order reserveStock.done'],
        ...['POST /api/orders/:id/pay', 'order PAY', 'step capture', 'POST /payments/capture'],
        ...['order capture.done', 'step checkFraud', 'order checkFraud.done'],
      ]),
    );
    // Whatever is told of hangs together: each below another, or below the caller.
    const known = new Set([caller, ...told().map(({ spanId }) => spanId)]);
    expect(told().filter(({ parentSpanId = '' }) => !known.has(parentSpanId))).toEqual([]);
  });
  expect(find('POST /api/orders')).toMatchObject({ parentSpanId: caller, kind: 2, role: 'all' });
  expect(aboveOf('start order')?.name).toBe('POST /api/orders');
  expect(find('step reserveStock')).toMatchObject({ role: 'worker', service: 'checkout-server' });
  expect(aboveOf('POST /inventory/reserve')).toMatchObject({ name: 'step reserveStock' });
  expect(find('POST /payments/capture')).toMatchObject({ kind: 3, role: 'worker' });
});

it('a collector that is away costs traces, never orders, nor the end in good order', async () => {
  const { env, dispose: forget } = await ownSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
  const alone = await startServer(env);
  const id = await alone.place();
  await alone.reaches(id, 'RESERVED');
  expect(await alone.stop()).toBe(0);
  await forget();
});

it('an address of a collector that is none stops the start in one line', () => {
  expect(() => readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toThrow(
    'OTEL_EXPORTER_OTLP_ENDPOINT: use an address such as http://127.0.0.1:4318',
  );
});
