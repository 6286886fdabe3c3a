import {
  type CuttableProxy,
  hasBroker,
  type RabbitServer,
  startCuttableProxy,
  startRabbit,
} from '@countermand/dev-brokers';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { createRunner, type PostgresRunner } from '@countermand/runner-postgres';
import { plainEnvelope } from '@countermand/step-messages';
import { eventually, refusingAnswers } from '@countermand/test-kit';
import { parcelRoutes, parcelRunnerOptions } from '@countermand/test-kit/parcel-carrier';
import { parcelSaga } from '@countermand/test-kit/parcel-saga';
import { type AsyncMessage, Connection, type Consumer, type Publisher } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AmqpSteps, amqpSteps } from './amqp-steps.js';

describe.skipIf(!hasBroker('rabbitmq'))('a saga whose participant is behind RabbitMQ', () => {
  let broker: RabbitServer;
  let proxy: CuttableProxy;
  let database: TestDatabase;
  let runner: PostgresRunner;
  let steps: AmqpSteps;
  let ours: Connection;
  let carrier: Connection;
  let publisher: Publisher;
  let listening: Consumer | undefined;
  const seen: AsyncMessage[] = [];
  /** How often the database still refuses an answer. */
  const refusals = { left: 0, seen: 0 };

  beforeAll(async () => {
    [broker, database] = await Promise.all([startRabbit(), createEmptyDatabase()]);
    proxy = await startCuttableProxy(`127.0.0.1:${broker.port}`);
    const quick = { retryLow: 50, retryHigh: 300, acquireTimeout: 500 };
    carrier = new Connection({ url: broker.url, ...quick });
    ours = new Connection({ url: broker.url.replace(`:${broker.port}`, `:${proxy.port}`), ...quick });
    publisher = carrier.createPublisher({ confirm: true });
    for (const connection of [ours, carrier]) connection.on('error', () => undefined);
    steps = amqpSteps({ connection: ours, exchange: 'parcels' });
    const send = steps.command({ routingKey: 'parcel.send' });
    runner = createRunner(parcelRunnerOptions(database.url, send));
    await runner.migrate();
    await runner.on('PARCEL_NOTED', { name: 'notes' }, steps.publish({ routingKey: 'parcel.note' }));
    await runner.on('PARCEL_SENT', { name: 'sent' }, steps.publish());
    await runner.work();
    const forgetful = refusingAnswers(runner, refusals);
    await steps.consume(forgetful, { queue: 'orchestrator', bindings: ['reply.#'], routes: parcelRoutes });
  });
  afterAll(async () => {
    await steps?.stop();
    await runner?.stop();
    await Promise.all([listening?.close(), publisher?.close()]);
    await Promise.all([ours?.close(), carrier?.close()]);
    await proxy?.close();
    await Promise.all([broker?.stop(), database?.drop()]);
  });

  /** The carrier's own queue. Until somebody listens, commands have nowhere to go. */
  const listen = async () => {
    const consumer = carrier.createConsumer(
      {
        queue: 'carrier',
        queueOptions: { durable: true },
        exchanges: [{ exchange: 'parcels', type: 'topic', durable: true }],
        queueBindings: [
          { exchange: 'parcels', routingKey: 'parcel.send' },
          { exchange: 'parcels', routingKey: 'parcel.note' },
        ],
      },
      (message) => void seen.push(message),
    );
    await new Promise<void>((resolve) => consumer.once('ready', () => resolve()));
    listening = consumer;
  };
  const bodyOf = ({ body }: AsyncMessage): { payload: { n: number } } => body;
  const reply = async (
    id: string,
    type: string,
    payload: object,
    messageId: string = crypto.randomUUID(),
    headers: Record<string, string> = {},
  ) => {
    const { body } = plainEnvelope.encode({
      id: messageId,
      type,
      correlationId: id,
      at: Date.now(),
      payload: { ...payload },
    });
    await publisher.send(
      {
        exchange: 'parcels',
        routingKey: `reply.${type}`,
        durable: true,
        correlationId: id,
        messageId,
        headers,
      },
      Buffer.from(body),
    );
  };
  const commandOf = (id: string) =>
    eventually(() => {
      const found = seen.find(({ correlationId, type }) => correlationId === id && type === 'parcel.send');
      if (!found) throw new Error('no command has been seen');
      return found;
    });
  const begin = async () => {
    const { id } = await runner.start(parcelSaga, { parcel: 'book' });
    return { id, command: await commandOf(id) };
  };
  const settled = (id: string) => runner.waitFor(id, (saga) => saga.settled);
  const deadLetters = async (count: number) => {
    const found: AsyncMessage[] = [];
    const consumer = carrier.createConsumer(
      { queue: 'orchestrator.dead-letters', queueOptions: { durable: true } },
      (one) => void found.push(one),
    );
    try {
      await eventually(() => expect(found.length).toBeGreaterThanOrEqual(count));
    } finally {
      await consumer.close();
    }
    return found;
  };

  it('a command that would go to no queue is an attempt that failed, and goes when there is one', async () => {
    const { id } = await runner.start(parcelSaga, { parcel: 'book' });
    const {
      steps: [step],
    } = await runner.waitFor(id, ({ steps: [one] }) => (one?.attempts ?? 0) >= 2);
    expect(step?.error).toBe("no queue is bound to 'parcel.send' of exchange 'parcels'");
    await listen();
    await commandOf(id);
    await reply(id, 'parcel.sent', { tracking: 't-0' });
    expect((await settled(id)).state).toBe('sent');
  });

  it('a step leaves as a persistent command and waits in the database for the message that answers it', async () => {
    const { id, command } = await begin();
    expect(command).toMatchObject({
      durable: true,
      correlationId: id,
      headers: { 'idempotency-key': expect.stringMatching(new RegExp(`^${id}:.+:1$`)) },
      body: { type: 'parcel.send', correlation_id: id, payload: { parcel: 'book' } },
    });
    await runner.waitFor(id, ({ steps: [one] }) => one?.status === 'awaiting');
    await reply(id, 'parcel.sent', { tracking: 't-1' });
    expect((await settled(id)).context).toMatchObject({ tracking: 't-1' });
  });

  it('a command and what a message leads to carry the trace of their cause', async () => {
    const trace = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
    const { id } = await runner.start(parcelSaga, { parcel: 'book' }, { traceparent: trace('a') });
    expect(await commandOf(id)).toMatchObject({ headers: { traceparent: trace('a') } });
    await reply(id, 'parcel.noted', { text: 'hm' }, undefined, { traceparent: trace('b') });
    const noted = await eventually(() => {
      const found = seen.find(({ correlationId, type }) => correlationId === id && type === 'PARCEL_NOTED');
      if (!found) throw new Error('no event has been seen');
      return found;
    });
    expect(noted).toMatchObject({ headers: { traceparent: trace('b') } });
  });

  it('copies of an answer, answers after it and answers for others change nothing', async () => {
    const { id } = await begin();
    await reply('another-saga', 'parcel.sent', { tracking: 'not ours' });
    await reply(id, 'parcel.sent', { tracking: 't-2' }, 'same');
    await reply(id, 'parcel.sent', { tracking: 't-2' }, 'same');
    await reply(id, 'parcel.refused', {});
    await reply(id, 'parcel.noted', { text: 'the last' });
    const saga = await runner.waitFor(id, ({ context }) => Object(context).notes === 1);
    expect([saga.state, saga.context]).toMatchObject(['sent', { tracking: 't-2' }]);
  });

  it('a message is acknowledged after its answer, which is tried until it is stored', async () => {
    const { id } = await begin();
    refusals.left = Number.POSITIVE_INFINITY;
    await reply(id, 'parcel.sent', { tracking: 'kept' });
    await eventually(() => expect(refusals.seen).toBeGreaterThanOrEqual(1));
    // It would be lost here if it were acknowledged already: the broker gives it again on another connection.
    proxy.cut();
    proxy.restore();
    refusals.left = 0;
    expect((await settled(id)).context).toMatchObject({ tracking: 'kept' });
  });

  it('a message that can never be taken is kept as a dead letter, and those behind it are taken', async () => {
    const { id } = await begin();
    await publisher.send(
      { exchange: 'parcels', routingKey: 'reply.broken', durable: true, headers: { origin: 'carrier' } },
      Buffer.from('{"type"'),
    );
    await reply(id, 'parcel.sent', { tracking: 7 });
    await reply(id, 'parcel.sent', { tracking: 't-4' });
    expect((await settled(id)).context).toMatchObject({ tracking: 't-4' });
    const letters = await deadLetters(2);
    expect(letters.map(({ headers }) => headers?.['dead-letter-reason']).sort()).toEqual([
      expect.stringMatching(/^parcel.sent: tracking: /),
      'the body is not JSON',
    ]);
    expect(letters.find(({ headers }) => headers?.['origin'] === 'carrier')).toMatchObject({
      headers: { 'dead-letter-routing-key': 'reply.broken' },
      body: Buffer.from('{"type"'),
    });
  });

  it('a queue of dead letters that somebody has removed is made again: nothing is lost for want of it', async () => {
    await carrier.queueDelete('orchestrator.dead-letters');
    await publisher.send(
      { exchange: 'parcels', routingKey: 'reply.broken', durable: true },
      Buffer.from('{"broken"'),
    );
    // What is behind it is taken once it has been put aside.
    const { id } = await begin();
    await reply(id, 'parcel.sent', { tracking: 't-5' });
    await settled(id);
    expect((await deadLetters(1)).map(({ body }) => String(body))).toEqual(['{"broken"']);
  });

  it('domain events leave in the order in which the saga published them', async () => {
    const { id } = await begin();
    for (let n = 1; n <= 20; n += 1) await runner.send(id, { type: 'NOTED', text: `${n}` });
    const events = await eventually(() => {
      const found = seen.filter(({ correlationId, type }) => correlationId === id && type === 'PARCEL_NOTED');
      expect(found.length).toBeGreaterThanOrEqual(20);
      return found;
    });
    expect(events.map((one) => bodyOf(one).payload.n)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(20);
  });

  it('while the connection is cut commands and answers wait, and go on when it is restored', async () => {
    const first = await begin();
    proxy.cut();
    const { id } = await runner.start(parcelSaga, { parcel: 'vase' });
    await reply(first.id, 'parcel.sent', { tracking: 'cut' });
    await runner.waitFor(id, ({ steps: [one] }) => (one?.attempts ?? 0) >= 2);
    expect((await runner.get(first.id))?.state).toBe('sending');
    proxy.restore();
    expect((await settled(first.id)).context).toMatchObject({ tracking: 'cut' });
    await commandOf(id);
    await reply(id, 'parcel.sent', { tracking: 'restored' });
    expect((await settled(id)).context).toMatchObject({ tracking: 'restored' });
    expect(proxy.broken).toBeGreaterThan(0);
  });
});
