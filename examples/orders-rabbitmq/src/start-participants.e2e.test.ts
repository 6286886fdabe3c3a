import { hasBroker, type RabbitServer, startRabbit } from '@countermand/dev-brokers';
import { eventually } from '@countermand/test-kit';
import { listen } from '@countermand-examples/service-kit';
import { pino } from 'pino';
import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readSettings } from './settings.ts';
import { startParticipants } from './start-participants.ts';

describe.skipIf(!hasBroker('rabbitmq'))('participants', () => {
  let broker: RabbitServer;
  let connection: Connection;

  beforeAll(async () => {
    broker = await startRabbit();
    connection = new Connection(broker.url);
    connection.on('error', () => undefined);
  });
  afterAll(async () => {
    await connection?.close();
    await broker?.stop();
  });

  it('of which one cannot start leave no consumer behind', async () => {
    const taken = await listen({ HOST: '127.0.0.1', PORT: 0 }, () => new Response());
    onTestFinished(() => taken.close());
    const nowhere = 'postgres://127.0.0.1:9/nowhere';
    const starting = startParticipants(readSettings({ PAYMENTS_PORT: new URL(taken.url).port }), {
      ...{ connection, log: pino({ level: 'silent' }) },
      databases: { orders: nowhere, inventory: nowhere, payments: nowhere, shipping: nowhere },
    });
    await expect(starting).rejects.toThrow("can't listen on");
    for (const queue of ['inventory', 'payments']) {
      await eventually(async () => {
        const { consumerCount } = await connection.queueDeclare({ queue, passive: true });
        expect(consumerCount).toBe(0);
      });
    }
  });
});
