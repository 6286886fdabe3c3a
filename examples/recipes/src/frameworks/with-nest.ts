import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Headers,
  Inject,
  Module,
  NotFoundException,
  Param,
  Post,
  type RawBodyRequest,
  Req,
  Res,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response as Answer, Request as Asked } from 'express';
import type { Bookings } from '../open-bookings.ts';
import { booking } from '../table-saga.ts';
import { answerExpress } from './answer-express.ts';
import { bookingWebhook } from './booking-webhook.ts';
import { RUNNER, sagaModule } from './saga-module.ts';

/** Serves bookings with Nest until `stop` is called. */
export async function serveWithNest(runner: Bookings, secret: string, port = 0) {
  // #region recipe
  const receive = bookingWebhook(runner, secret);

  @Controller()
  class BookingsController {
    constructor(@Inject(RUNNER) private readonly runner: Bookings) {}

    @Post('bookings')
    async book(@Headers('idempotency-key') key: string, @Body() input: never, @Res() response: Answer) {
      if (!key) throw new BadRequestException({ title: 'Idempotency-Key is missing' });
      const { id, created } = await this.runner.start(booking, input, { idempotencyKey: key });
      response
        .status(created ? 201 : 200)
        .location(`/bookings/${id}`)
        .json({ id });
    }

    @Get('bookings/:id')
    async find(@Param('id') id: string) {
      const found = await this.runner.get(id);
      if (!found) throw new NotFoundException({ title: 'There is no such booking' });
      return { id, state: found.state, settled: found.settled };
    }

    @Post('webhooks/guests')
    async receive(@Req() request: RawBodyRequest<Asked>, @Res() response: Answer) {
      await answerExpress(receive, request, request.rawBody, response);
    }
  }

  @Module({ imports: [sagaModule(runner)], controllers: [BookingsController] })
  class BookingsModule {}

  // The signature of a webhook is over the bytes as they came.
  const options = { rawBody: true, logger: false } as const;
  const app = await NestFactory.create<NestExpressApplication>(BookingsModule, options);
  app.enableShutdownHooks(['SIGTERM']); // the server ends first, then the runner
  await runner.work();
  await app.listen(port);
  // #endregion recipe
  return { port: (app.getHttpServer().address() as AddressInfo).port, stop: () => app.close() };
}
