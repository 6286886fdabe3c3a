import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type Code, ConnectError } from '@connectrpc/connect';
import { declined, landed, notLanded, type StepCall } from '@countermand/saga-core';
import { createChannel, createClient, ServerError, Status } from 'nice-grpc';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GrpcCallError } from './grpc-call-error.js';
import { GRPC_STATUSES, readGrpcFailure } from './grpc-status.js';
import { type GrpcOptions, grpcSteps } from './grpc-steps.js';
import { type DockBooks, dockDefinition, openDock } from './test-support/dock.js';
import { dockAdapters } from './test-support/dock-adapters.js';
import { mooringSaga } from './test-support/mooring-saga.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const call: StepCall<{ ship: string }> = {
  input: { ship: 'Argo' },
  idempotencyKey: 's1:moor:1',
  attempt: 1,
  timeoutMs: 5_000,
  signal: new AbortController().signal,
  sagaId: 's1',
  heartbeat: () => undefined,
  trace: { traceparent },
};

async function setUp(failures: DockBooks['failures'] = [], options?: GrpcOptions) {
  const books: DockBooks = { moored: new Map(), calls: [], failures };
  const dock = await openDock(books);
  const { moor, cast } = dockAdapters(dock.client, options);
  return { books, dock, moor, cast: typeof cast === 'function' ? cast : cast.run };
}

const error = (status: Status) => new ServerError(status, 'so be it');

describe('a step by gRPC', () => {
  it('carries its key, the trace and its deadline, and gets its output', async () => {
    const { books, moor } = await setUp();
    expect(await moor.run(call)).toEqual({ berth: 'b-Argo' });
    const metadata = books.calls[0]?.context.metadata;
    expect(metadata?.get('idempotency-key')).toBe('s1:moor:1');
    expect(metadata?.get('traceparent')).toBe(traceparent);
  });

  it('sends its timeout as the deadline', async () => {
    const timeouts: unknown[] = [];
    const server = createServer().listen(0, '127.0.0.1');
    server.on('stream', (stream, headers) => {
      timeouts.push(headers['grpc-timeout']);
      const answer = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' };
      stream.respond(answer, { endStream: true });
    });
    await once(server, 'listening');
    const channel = createChannel(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      channel.close();
      server.close();
    });
    const { moor } = dockAdapters(createClient(dockDefinition, channel), { timeoutMs: 4_000 });
    for (const timeoutMs of [1_500.7, 60_000]) {
      await expect(moor.run({ ...call, timeoutMs })).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
    }
    expect(timeouts).toEqual(['1500m', '4000m']);
  });

  it('carries metadata of its own, made for each call, and the key under another name', async () => {
    const metadata = () => Promise.resolve({ authorization: 'Bearer fresh' });
    const { books, moor } = await setUp([], { metadata, idempotencyMetadata: 'x-request-id' });
    await moor.run(call);
    const sent = books.calls[0]?.context.metadata;
    expect([sent?.get('authorization'), sent?.get('x-request-id')]).toEqual(['Bearer fresh', 's1:moor:1']);
  });

  const definite = [
    'INVALID_ARGUMENT',
    'NOT_FOUND',
    'ALREADY_EXISTS',
    'PERMISSION_DENIED',
    'FAILED_PRECONDITION',
    'OUT_OF_RANGE',
  ] as const;
  it.each(definite)('is declined by %s', async (status) => {
    const { moor } = await setUp([error(Status[status])]);
    expect(await moor.run(call)).toEqual(declined(status, { message: 'so be it' }));
  });

  const thrown = [
    'CANCELLED',
    'UNKNOWN',
    'DEADLINE_EXCEEDED',
    'ABORTED',
    'UNIMPLEMENTED',
    'INTERNAL',
    'UNAVAILABLE',
    'DATA_LOSS',
    'UNAUTHENTICATED',
  ] as const;
  it.each(thrown)('throws with %s: nobody knows what became of it', async (status) => {
    const { moor } = await setUp([error(Status[status])]);
    await expect(moor.run(call)).rejects.toThrow(expect.objectContaining({ name: 'GrpcCallError', status }));
  });

  it('takes a status as it is told to', async () => {
    const { moor, cast } = await setUp([error(Status.RESOURCE_EXHAUSTED)]);
    expect(await moor.run(call)).toEqual(declined('FULL', { message: 'so be it' }));
    const empty = await setUp();
    expect(await empty.cast(call)).toEqual({ gone: false });
    expect(await cast(call)).toEqual({ gone: true });
  });

  it('ends at its deadline, on both sides', async () => {
    const { books, moor } = await setUp(['hang']);
    // Long enough for the call to be there before it is over.
    await expect(moor.run({ ...call, timeoutMs: 1_500 })).rejects.toThrow();
    const signal = books.calls[0]?.context.signal;
    await expect.poll(() => signal?.aborted, { timeout: 30_000 }).toBe(true);
  });

  it('ends when its attempt has to end, on both sides', async () => {
    const { books, moor } = await setUp(['hang']);
    const ended = new AbortController();
    const running = moor.run({ ...call, signal: ended.signal });
    await expect.poll(() => books.calls.length).toBe(1);
    ended.abort(new Error('the lease was lost'));
    await expect(running).rejects.toThrow();
    await expect.poll(() => books.calls[0]?.context.signal.aborted, { timeout: 30_000 }).toBe(true);
  });

  it('throws while nobody listens, and goes on when somebody does again', async () => {
    const { dock, moor } = await setUp();
    await moor.run(call);
    dock.stop();
    await expect(moor.run(call)).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    await dock.restart();
    await expect
      .poll(() => Promise.resolve(moor.run(call)).catch((thrown: GrpcCallError) => thrown.status), {
        timeout: 10_000,
      })
      .toEqual({ berth: 'b-Argo' });
  });

  it('that the saga does not have is refused at once', () => {
    const typo = { moorr: { call: () => ({}) } } as never;
    expect(() => grpcSteps(mooringSaga, typo)).toThrow("saga 'mooring' has no step 'moorr'");
  });

  it('throws what is no status of a participant as it is', async () => {
    const broken = grpcSteps(mooringSaga, {
      cast: { call: () => Promise.reject(Object.assign(new Error('disk full'), { code: 'ENOSPC' })) },
    });
    const cast = typeof broken.cast === 'function' ? broken.cast : broken.cast.run;
    await expect(cast(call)).rejects.toThrow('disk full');
  });
});

describe('the probe of a step by gRPC', () => {
  it('finds what has landed, and what has not', async () => {
    const { moor } = await setUp();
    expect(await moor.probe(call)).toEqual(notLanded());
    await moor.run(call);
    expect(await moor.probe(call)).toEqual(landed({ berth: 'b-Argo' }));
  });

  it('throws while nobody listens', async () => {
    const { dock, moor } = await setUp();
    dock.stop();
    await expect(moor.probe(call)).rejects.toThrow();
  });
});

describe('an error of a client', () => {
  it.each(GRPC_STATUSES.slice(1))('of Connect is read: %s', (status) => {
    const code = GRPC_STATUSES.indexOf(status) as Code;
    expect(readGrpcFailure(new ConnectError('so be it', code))).toMatchObject({
      status,
      message: 'so be it',
    });
  });

  it.each([undefined, 'UNAVAILABLE', { code: 'ECONNRESET' }, { code: 0 }, { code: 17 }, new Error('no')])(
    'is not found in %j',
    (thrown) => expect(readGrpcFailure(thrown)).toBeUndefined(),
  );
});
