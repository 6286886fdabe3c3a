import { type RabbitServer, startRabbit } from '@countermand/dev-brokers';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { pino } from 'pino';
import { Connection } from 'rabbitmq-client';
import { migrate } from '../db/migrate-all.ts';
import { readSettings, SERVICES, type Service } from '../settings.ts';
import { startParticipants } from '../start-participants.ts';

/** A RabbitMQ, a database for each service, and participants that answer everything twice and out of order. */
export async function openGround(settings: Record<string, string> = {}) {
  const [broker, ...created]: [RabbitServer, ...TestDatabase[]] = await Promise.all([
    startRabbit(),
    ...SERVICES.map(() => createEmptyDatabase()),
  ]);
  const databases = Object.fromEntries(
    SERVICES.map((service, index) => [service, created[index]?.url ?? '']),
  ) as Record<Service, string>;
  await Promise.all(SERVICES.map((service) => migrate(service, databases[service])));
  const connect = () => {
    const connection = new Connection({
      url: broker.url,
      retryLow: 50,
      retryHigh: 500,
      acquireTimeout: 2_000,
    });
    connection.on('error', () => undefined);
    return connection;
  };
  const connection = connect();
  const log = pino({ level: 'silent' });
  const participants = await startParticipants(readSettings(settings), {
    connection,
    databases,
    log,
    isDisorderly: true,
  });
  return {
    broker,
    databases,
    participants,
    connect,
    /** What a service has in its own books. */
    async rows<Row>(service: 'inventory' | 'payments', sql: string): Promise<Row[]> {
      const result = await participants[service]?.pool.query(sql);
      return (result?.rows ?? []) as Row[];
    },
    async close() {
      await participants.stop();
      await connection.close();
      await broker.stop();
      await Promise.all(created.map((database) => database.drop()));
    },
  };
}
