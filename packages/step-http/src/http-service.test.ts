import type { IncomingMessage, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { cannotSay, declined, landed, later, notLanded, type StepCall } from '@countermand/saga-core';
import { describe, expect, it } from 'vitest';
import { HttpCallError } from './http-call-error.js';
import type { HttpServiceOptions } from './http-service.js';
import { httpService } from './http-service.js';
import { path } from './path.js';
import { parcelSaga } from './test-support/parcel-saga.js';
import { serve } from './test-support/serve.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const call: StepCall<{ parcel: string }> = {
  input: { parcel: 'a/b' },
  idempotencyKey: 'p1:bookPickup:1',
  attempt: 1,
  timeoutMs: 5_000,
  signal: new AbortController().signal,
  sagaId: 'p1',
  heartbeat: () => undefined,
  trace: { traceparent },
};

async function adaptersOf(listener: RequestListener, options: Partial<HttpServiceOptions> = {}) {
  return httpService({ baseUrl: `${await serve(listener)}/api`, breaker: false, ...options }).steps(
    parcelSaga,
    {
      bookPickup: {
        path: ({ parcel }) => path`/parcels/${parcel}/pickup`,
        output: ({ body }) => ({ pickup: (body as { id: string }).id }),
        probe: { path: ({ idempotencyKey }) => path`/effects/${idempotencyKey}` },
      },
      cancelPickup: {
        method: 'DELETE',
        path: ({ parcel }) => path`/parcels/${parcel}/pickup`,
        output: () => ({ status: 'cancelled' }),
        on: { 404: () => ({ status: 'not_found' }) },
      },
      weigh: { path: '/weighings' },
    },
  );
}

const answer =
  (status: number, body?: unknown): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body));

describe('a step by HTTP', () => {
  it('sends its input with the idempotency key and the trace, and gets its output', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const { bookPickup } = await adaptersOf(async (request, response) => {
      seen.push({ request, body: await text(request) });
      response.end('{"id":"pu-1"}');
    });
    expect(await bookPickup.run(call)).toEqual({ pickup: 'pu-1' });
    expect(seen.map(({ request, body }) => [request.method, request.url, body])).toEqual([
      ['POST', '/api/parcels/a%2Fb/pickup', '{"parcel":"a/b"}'],
    ]);
    expect(seen[0]?.request.headers).toMatchObject({
      'idempotency-key': 'p1:bookPickup:1',
      traceparent,
      'content-type': 'application/json',
    });
  });

  it('puts the key into quotes, or into another header, where that is asked for', async () => {
    const keys: unknown[] = [];
    const { weigh } = await adaptersOf(
      ({ headers }, response) => {
        keys.push(headers['x-request-key']);
        response.end('{"grams":1}');
      },
      { idempotencyHeader: 'X-Request-Key', quoteIdempotencyKey: true },
    );
    const run = typeof weigh === 'function' ? weigh : weigh.run;
    expect(await run(call)).toEqual({ grams: 1 });
    expect(keys).toEqual(['"p1:bookPickup:1"']);
  });

  it('has each header once, whatever case it is written in: its own first, then those of the participant', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const service = httpService({
      baseUrl: await serve((request, response) => {
        seen.push(request.headers);
        response.end();
      }),
      headers: { Accept: 'application/vnd.carrier+json', 'X-Tenant': 'all' },
    });
    const headers = { 'Content-Type': 'application/merge-patch+json', 'x-tenant': 'one' };
    await service.send({ method: 'PATCH', path: '/parcels/1', headers, body: {} });
    expect(seen).toMatchObject([
      {
        accept: 'application/vnd.carrier+json',
        'content-type': 'application/merge-patch+json',
        'x-tenant': 'one',
      },
    ]);
  });

  it.each([409, 422])(
    'is declined by %d with a code that it declares, and with what else was said',
    async (status) => {
      const { bookPickup } = await adaptersOf(answer(status, { code: 'NO_DRIVER', message: 'all asleep' }));
      expect(await bookPickup.run(call)).toEqual(declined('NO_DRIVER', { message: 'all asleep' }));
    },
  );

  it('is declined by other statuses and bodies where the settings say so', async () => {
    const { bookPickup } = await adaptersOf(answer(402, { error: { type: 'NO_DRIVER' } }), {
      declineStatuses: [402],
      codeOf: ({ body }) => (body as { error?: { type?: string } }).error?.type,
    });
    expect(await bookPickup.run(call)).toEqual(declined('NO_DRIVER', { error: { type: 'NO_DRIVER' } }));
  });

  it('that is answered with 202 is answered later', async () => {
    const { bookPickup } = await adaptersOf(answer(202));
    expect(await bookPickup.run(call)).toEqual(later());
  });

  it('takes a single status as it is told to', async () => {
    const { cancelPickup } = await adaptersOf(answer(404));
    const run = typeof cancelPickup === 'function' ? cancelPickup : cancelPickup.run;
    expect(await run(call)).toEqual({ status: 'not_found' });
  });

  it.each<[string, string, RequestListener]>([
    ['503', 'unavailable', answer(503)],
    ['500', 'unavailable', answer(500)],
    ['429', 'unavailable', answer(429)],
    ['408', 'unavailable', answer(408)],
    ['400', 'status', answer(400, { message: 'no such field' })],
    ['404', 'status', answer(404, 'nobody here')],
    ['409 while the first request is under way', 'status', answer(409, { code: 'IN_PROGRESS' })],
    ['409 without a code', 'status', answer(409)],
    ['no JSON', 'not_json', (_, response) => response.end('<html>')],
    [
      'a redirect',
      'redirect',
      (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ],
    ['a connection that breaks', 'network', (request) => request.socket.destroy()],
    [
      'a connection that breaks in the middle of the answer',
      'network',
      (request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{');
        response.flushHeaders();
        setImmediate(() => request.socket.destroy());
      },
    ],
    [
      'an answer that is said to be too large',
      'too_large',
      (_, response) => response.end('x'.repeat(2_000_000)),
    ],
    [
      'an answer without end',
      'too_large',
      (_, response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
    ],
  ])('that gets %s throws (%s): nobody knows what became of it', async (_what, problem, listener) => {
    const { bookPickup } = await adaptersOf(listener);
    await expect(bookPickup.run(call)).rejects.toThrow(
      expect.objectContaining({ name: 'HttpCallError', problem }),
    );
  });

  it('that is refused for a reason of ours says what the participant said', async () => {
    const { bookPickup } = await adaptersOf(answer(400, { message: 'no such field' }));
    await expect(bookPickup.run(call)).rejects.toThrow(
      `POST of step 'bookPickup' was answered with 400: "no such field"`,
    );
  });

  it('ends at the limit of time', async () => {
    const { bookPickup } = await adaptersOf(() => undefined, { timeoutMs: 30 });
    await expect(bookPickup.run(call)).rejects.toMatchObject({ problem: 'timeout' });
  });

  it('ends when its attempt has to end', async () => {
    const { bookPickup } = await adaptersOf(() => undefined);
    const ended = new AbortController();
    const running = bookPickup.run({ ...call, signal: ended.signal });
    ended.abort(new Error('the lease was lost'));
    await expect(running).rejects.toMatchObject({ problem: 'aborted' });
  });

  it('that the saga does not have is refused at once', () => {
    const service = httpService({ baseUrl: 'http://localhost' });
    const typo = { bookPickups: { path: '/' } } as never;
    expect(() => service.steps(parcelSaga, typo)).toThrow("saga 'parcel' has no step 'bookPickups'");
  });
});

describe('where a call leads', () => {
  it.each([
    '//169.254.169.254/latest',
    'http://169.254.169.254/latest',
    '/../admin',
    'file:///etc/passwd',
    '@169.254.169.254/',
    '.169.254.169.254',
  ])('stays with the configured address, also for %s', async (where) => {
    const asked: string[] = [];
    const service = httpService({
      baseUrl: 'http://127.0.0.1:1/api',
      fetch: (url) => {
        asked.push(String(url));
        return Promise.reject(new Error('sent'));
      },
    });
    await expect(service.send({ method: 'GET', path: where })).rejects.toThrow(HttpCallError);
    expect(asked.filter((url) => !url.startsWith('http://127.0.0.1:1/api/'))).toEqual([]);
  });

  it('may be another origin that is allowed', async () => {
    const other = await serve(answer(200, { here: true }));
    const service = httpService({ baseUrl: 'http://127.0.0.1:1', allowedOrigins: [other] });
    expect(await service.send({ method: 'GET', path: `${other}/x` })).toMatchObject({ body: { here: true } });
  });

  it.each(['', '.', '..'])('refuses the segment "%s", which would change the path', (value) => {
    expect(() => path`/orders/${value}/items`).toThrow("can't be part of a path");
  });
});

describe('the probe of a step by HTTP', () => {
  it.each([
    [200, { id: 'pu-1' }, landed({ pickup: 'pu-1' })],
    [404, undefined, notLanded()],
    [400, undefined, cannotSay()],
    [202, undefined, cannotSay()],
  ])('reads %d with %j', async (status, body, said) => {
    const { bookPickup } = await adaptersOf(({ method, url }, response) => {
      expect([method, url]).toEqual(['GET', '/api/effects/p1%3AbookPickup%3A1']);
      response.writeHead(status).end(body && JSON.stringify(body));
    });
    expect(await bookPickup.probe(call)).toEqual(said);
  });
});

describe('the circuit breaker', () => {
  it('stops calls while a participant fails all the time, and lets them through again when it is well', async () => {
    let asked = 0;
    let isDown = true;
    const { weigh } = await adaptersOf(
      (_, response) => {
        asked += 1;
        response.writeHead(isDown ? 503 : 200).end('{"grams":1}');
      },
      { breaker: { halfOpenAfterMs: 50 } },
    );
    const run = typeof weigh === 'function' ? weigh : weigh.run;
    for (let n = 0; n < 30; n += 1) await expect(run(call)).rejects.toThrow(HttpCallError);
    expect(asked).toBeLessThan(30);
    isDown = false;
    await expect
      .poll(() => Promise.resolve(run(call)).catch(() => undefined), { timeout: 10_000 })
      .toEqual({ grams: 1 });
  });

  it('is not opened by refusals', async () => {
    const { weigh } = await adaptersOf(answer(400), { breaker: {} });
    const run = typeof weigh === 'function' ? weigh : weigh.run;
    for (let n = 0; n < 40; n += 1) await expect(run(call)).rejects.toMatchObject({ status: 400 });
  });
});
