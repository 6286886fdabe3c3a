import { hasBroker, type RabbitServer, startRabbit } from '@countermand/dev-brokers';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { plainEnvelope } from '@countermand/step-messages';
import { eventually } from '@countermand/test-kit';
import pg from 'pg';
import { pino } from 'pino';
import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ANSWERED, EXCHANGE, startParticipant } from './participant.ts';

describe.skipIf(!hasBroker('rabbitmq'))('a participant behind RabbitMQ', () => {
  let broker: RabbitServer;
  let database: TestDatabase;
  let connection: Connection;

  beforeAll(async () => {
    [broker, database] = await Promise.all([startRabbit(), createEmptyDatabase()]);
    connection = new Connection(broker.url);
    connection.on('error', () => undefined);
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(ANSWERED);
    await client.end();
  });
  afterAll(async () => {
    await connection?.close();
    await broker?.stop();
    await database?.drop();
  });

  it('lays aside what nobody could read, and answers what comes behind it', async () => {
    const answered: string[] = [];
    const unreadable: string[] = [];
    const log = pino(
      { level: 'error' },
      { write: (line) => void unreadable.push((JSON.parse(line) as { msg: string }).msg) },
    );
    const participant = await startParticipant(
      { name: 'gifts', connection, databaseUrl: database.url, log },
      ['gift.wrap'],
      async (_tx, { payload }) => {
        const { order_id } = z.object({ order_id: z.string() }).parse(payload);
        answered.push(order_id);
        return await Promise.resolve([{ type: 'gift.wrapped', payload: { order_id } }]);
      },
    );
    const publisher = connection.createPublisher({ confirm: true });
    const send = async (body: Buffer, headers = {}) =>
      await publisher.send(
        { exchange: EXCHANGE, routingKey: 'gift.wrap', headers, contentType: 'application/json' },
        body,
      );
    const command = (payload: { readonly order_id: string } | { readonly order: string }) =>
      plainEnvelope.encode({
        ...{ id: crypto.randomUUID(), type: 'gift.wrap', correlationId: 'o-1', at: 0, payload },
      });
    await send(Buffer.from('{"neither": "type nor payload"}'));
    const misspelt = command({ order: 'o-1' });
    await send(Buffer.from(misspelt.body), misspelt.headers);
    const good = command({ order_id: 'o-1' });
    await send(Buffer.from(good.body), good.headers);

    await eventually(() => expect(answered).toEqual(['o-1']));
    await publisher.close();
    await participant.stop();
    const { messageCount } = await connection.queueDeclare({ queue: 'gifts', passive: true });
    expect(messageCount).toBe(0);
    expect(unreadable).toEqual([
      'a message that cannot be read was dropped',
      'a message that cannot be read was dropped',
    ]);
  });
});
