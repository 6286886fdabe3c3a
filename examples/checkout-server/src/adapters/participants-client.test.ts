import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ParticipantFailure } from './participant-failure.ts';
import { ParticipantsClient } from './participants-client.ts';

async function clientOf(listener: RequestListener): Promise<ParticipantsClient> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return new ParticipantsClient(
    `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
  );
}

const command = {
  path: '/payments/capture',
  body: {},
  idempotencyKey: 'k1',
  signal: AbortSignal.timeout(10_000),
};

describe('a command to a participant', () => {
  it('carries its idempotency key and the trace, and gets status and body', async () => {
    const client = await clientOf((request, response) => {
      const { 'idempotency-key': key, traceparent } = request.headers;
      response.writeHead(202).end(JSON.stringify({ key, traceparent }));
    });
    expect(await client.send({ ...command, trace: { traceparent: '00-1-2-01' } })).toEqual({
      status: 202,
      body: { key: 'k1', traceparent: '00-1-2-01' },
    });
  });

  it('that is refused with 409 gets the refusal as a value', async () => {
    const refusal = { code: 'CARD_DECLINED', message: 'no' };
    const client = await clientOf((_, response) => response.writeHead(409).end(JSON.stringify(refusal)));
    expect(await client.send(command)).toEqual({ refusal });
  });

  it.each<[string, RequestListener]>([
    ['503', (_, response) => response.writeHead(503).end('{}')],
    ['400', (_, response) => response.writeHead(400).end('{}')],
    ['no JSON', (_, response) => response.end('<html>')],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
    ['a connection that breaks', (request) => request.socket.destroy()],
    ['an answer without end', (_, response) => response.end(`"${'x'.repeat(2_000_000)}"`)],
  ])('that gets %s throws: nobody knows what became of it', async (_what, listener) => {
    const client = await clientOf(listener);
    await expect(client.send(command)).rejects.toThrow(ParticipantFailure);
  });

  it('ends when its step has to end', async () => {
    const client = await clientOf(() => undefined);
    const ended = new AbortController();
    const answer = client.send({ ...command, signal: ended.signal });
    ended.abort(new Error('lease lost'));
    await expect(answer).rejects.toThrow(ParticipantFailure);
  });

  it('is not even sent while its service fails all the time; other services go on', async () => {
    let asked = 0;
    const client = await clientOf((request, response) => {
      asked += 1;
      response.writeHead(request.url === command.path ? 503 : 200).end('{}');
    });
    for (let n = 0; n < 30; n += 1) await expect(client.send(command)).rejects.toThrow();
    const before = asked;
    await expect(client.send(command)).rejects.toThrow('too many calls have failed');
    expect(asked).toBe(before);
    expect(await client.send({ ...command, path: '/inventory/release' })).toMatchObject({ status: 200 });
  });

  it('that one payment never answers does not shut its service off', async () => {
    const client = await clientOf((request, response) => {
      if (request.headers['idempotency-key'] === 'lost') request.socket.destroy();
      else response.end('{}');
    });
    for (let n = 0; n < 12; n += 1) {
      await expect(client.send({ ...command, idempotencyKey: 'lost' })).rejects.toThrow(ParticipantFailure);
      expect(await client.send(command)).toMatchObject({ status: 200 });
    }
    expect(await client.send(command)).toMatchObject({ status: 200 });
  });
});
