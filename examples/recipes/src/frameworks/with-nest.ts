import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Headers,
  HttpException,
  Inject,
  Module,
  NotFoundException,
  type OnApplicationShutdown,
  Param,
  Post,
  type RawBodyRequest,
  Req,
  Res,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response as Answer, Request as Asked } from 'express';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';
import { bookingWebhook } from './booking-webhook.ts';
import { problemOf } from './problem-of.ts';

// #region recipe
const RUNNER = Symbol('the runner');
const SECRET = Symbol("the webhooks' secret");

@Controller()
class BookingsController {
  constructor(
    @Inject(RUNNER) private readonly runner: Bookings,
    @Inject(SECRET) private readonly secret: string,
  ) {}

  @Post('bookings')
  async book(
    @Headers('idempotency-key') key: string,
    @Body() input: never,
    @Res({ passthrough: true }) response: Answer,
  ) {
    if (!key) throw new HttpException({ title: 'Idempotency-Key is missing' }, 400);
    const { id, created } = await this.runner.start(booking, input, { idempotencyKey: key });
    response.status(created ? 201 : 200).location(`/bookings/${id}`);
    return { id };
  }

  @Get('bookings/:id')
  async find(@Param('id') id: string) {
    const found = await this.runner.get(id);
    if (!found) throw new NotFoundException({ title: 'There is no such booking' });
    return { id: found.id, state: found.state, settled: found.settled };
  }

  @Post('webhooks/guests')
  async receive(@Req() { headers, rawBody }: RawBodyRequest<Asked>, @Res() response: Answer) {
    const sent = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const body = new Uint8Array(rawBody ?? []);
    const request = new Request('http://shop/', { method: 'POST', headers: sent, body });
    const answer = await bookingWebhook(this.runner, this.secret)(request);
    response
      .status(answer.status)
      .type('json')
      .send(await answer.text());
  }
}

@Catch()
class Problems extends BaseExceptionFilter implements ExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost) {
    const problem = problemOf(error);
    super.catch(problem ? new HttpException(problem, problem.status) : error, host);
  }
}

/** Ends the runner after the server: Nest calls it when the last request has got its answer. */
class RunnerStop implements OnApplicationShutdown {
  constructor(private readonly runner: Bookings) {}
  async onApplicationShutdown() {
    await this.runner.stop();
  }
}

@Module({})
class BookingsModule {}

/** Serves bookings with Nest until `stop` is called. */
export async function serveWithNest(runner: Bookings, secret: string, port = 0) {
  const providers = [
    { provide: RUNNER, useValue: runner },
    { provide: SECRET, useValue: secret },
    { provide: APP_FILTER, useClass: Problems },
    { provide: RunnerStop, useFactory: () => new RunnerStop(runner) },
  ];
  const root = { module: BookingsModule, controllers: [BookingsController], providers };
  // The signature of a webhook is over the bytes as they came.
  const app = await NestFactory.create<NestExpressApplication>(root, { rawBody: true, logger: false });
  app.enableShutdownHooks(['SIGTERM']);
  await runner.work();
  await app.listen(port);
  return { port: (app.getHttpServer().address() as AddressInfo).port, stop: () => app.close() };
}
// #endregion recipe
