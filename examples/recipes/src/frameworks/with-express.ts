import type { AddressInfo } from 'node:net';
import express, { type Response as Answer, type Request as Asked, type NextFunction } from 'express';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';
import { answerExpress } from './answer-express.ts';
import { bookingWebhook } from './booking-webhook.ts';
import { problemOf } from './problem-of.ts';

/** Serves bookings with Express until `stop` is called. */
export async function serveWithExpress(runner: Bookings, secret: string, wanted = 0) {
  // #region recipe
  const app = express();

  app.post('/bookings', express.json(), async (request, response) => {
    const idempotencyKey = request.get('idempotency-key');
    if (!idempotencyKey) return void response.status(400).json({ title: 'Idempotency-Key is missing' });
    const { id, created } = await runner.start(booking, request.body, { idempotencyKey });
    response
      .status(created ? 201 : 200)
      .location(`/bookings/${id}`)
      .json({ id });
  });

  app.get('/bookings/:id', async (request, response) => {
    const found = await runner.get(request.params.id);
    if (found) response.json({ id: found.id, state: found.state, settled: found.settled });
    else response.status(404).json({ title: 'There is no such booking' });
  });

  // The signature is over the bytes as they came: no parser may touch them.
  const receive = bookingWebhook(runner, secret);
  app.post('/webhooks/guests', express.raw({ type: () => true }), async (request, response) => {
    await answerExpress(receive, request, request.body, response);
  });

  app.use((error: unknown, _request: Asked, response: Answer, next: NextFunction) => {
    const problem = problemOf(error);
    if (problem) response.status(problem.status).json(problem);
    else next(error);
  });

  await runner.work();
  const server = app.listen(wanted);
  await new Promise((resolve) => server.once('listening', resolve));
  const stop = async () => {
    await new Promise((resolve) => server.close(resolve)); // those under way get their answers
    await runner.stop(); // then the steps end, or are handed to other workers
  };
  process.once('SIGTERM', stop);
  // #endregion recipe
  return { port: (server.address() as AddressInfo).port, stop };
}
