import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';
import { bookingWebhook } from './booking-webhook.ts';
import { problemOf } from './problem-of.ts';
import { receiveRaw } from './receive-raw.ts';

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

  app.register(receiveRaw('/webhooks/guests', bookingWebhook(runner, secret)));

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
