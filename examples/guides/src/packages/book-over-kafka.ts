import { createRunner } from '@countermand/runner-postgres';
import { type KafkaClient, kafkaSteps } from '@countermand/step-kafka';
import { booking } from '../table-saga.ts';
import { tableRoutes } from './table-routes.ts';

/** Bookings whose tables are held by a service behind Kafka; `client` is your KafkaJS client. */
export async function bookOverKafka(connection: string, client: KafkaClient) {
  const kafka = kafkaSteps({ client });
  const command = (type: string) => kafka.command({ topic: 'table_commands', type });
  const runner = createRunner({
    connection,
    sagas: [booking],
    adapters: {
      booking: {
        holdTable: command('hold_table'),
        freeTable: command('free_table'),
        remindGuest: command('remind_guest'),
      },
    },
  });
  await runner.work();
  await kafka.consume(runner, { groupId: 'bookings', topics: { table_events: tableRoutes } });
  return async () => {
    await kafka.stop();
    await runner.stop();
  };
}
