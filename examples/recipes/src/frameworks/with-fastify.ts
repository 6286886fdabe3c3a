import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';
import { bookingWebhook } from './booking-webhook.ts';
import { problemOf } from './problem-of.ts';

/** Serves bookings with Fastify until `stop` is called. */
export async function serveWithFastify(runner: Bookings, secret: string, port = 0) {
  // #region recipe
  const app = fastify();

  app.post<{ Body: { table: string; guest: string } }>('/bookings', async (request, reply) => {
    const idempotencyKey = request.headers['idempotency-key'];
    if (typeof idempotencyKey !== 'string')
      return reply.code(400).send({ title: 'Idempotency-Key is missing' });
    const { id, created } = await runner.start(booking, request.body, { idempotencyKey });
    return reply
      .code(created ? 201 : 200)
      .header('location', `/bookings/${id}`)
      .send({ id });
  });

  app.get<{ Params: { id: string } }>('/bookings/:id', async (request, reply) => {
    const found = await runner.get(request.params.id);
    if (!found) return reply.code(404).send({ title: 'There is no such booking' });
    return { id: found.id, state: found.state, settled: found.settled };
  });

  const receive = bookingWebhook(runner, secret);
  app.register((webhooks, _options, done) => {
    // The signature is over the bytes as they came: here, no parser touches them.
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    webhooks.post<{ Body: Buffer }>('/webhooks/guests', async ({ headers, body }, reply) => {
      const sent = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
      const bytes = new Uint8Array(body);
      return reply.send(
        await receive(new Request('http://shop/', { method: 'POST', headers: sent, body: bytes })),
      );
    });
    done();
  });

  app.setErrorHandler((error, _request, reply) => {
    const problem = problemOf(error);
    return problem ? reply.code(problem.status).send(problem) : reply.send(error);
  });

  app.addHook('onClose', () => runner.stop()); // after the requests under way have got their answers
  await runner.work();
  await app.listen({ port });
  process.once('SIGTERM', () => void app.close());
  // #endregion recipe
  return { port: (app.server.address() as AddressInfo).port, stop: () => app.close() };
}
