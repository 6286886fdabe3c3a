import { createRunner } from '@countermand/runner-postgres';
import { amqpSteps } from '@countermand/step-amqp';
import type { Connection } from 'rabbitmq-client';
import { booking } from '../table-saga.ts';
import { tableRoutes } from './table-routes.ts';

/** Bookings whose tables are held by a service behind RabbitMQ. */
export async function bookOverRabbitMq(url: string, connection: Connection) {
  const rabbit = amqpSteps({ connection, exchange: 'tables' });
  const runner = createRunner({
    connection: url,
    sagas: [booking],
    adapters: {
      booking: {
        holdTable: rabbit.command({ routingKey: 'table.hold' }),
        freeTable: rabbit.command({ routingKey: 'table.free' }),
        remindGuest: rabbit.command({ routingKey: 'guest.remind' }),
      },
    },
  });
  await runner.work();
  await rabbit.consume(runner, {
    queue: 'bookings',
    bindings: Object.keys(tableRoutes),
    routes: tableRoutes,
  });
  return async () => {
    await rabbit.stop();
    await runner.stop();
    await connection.close();
  };
}
