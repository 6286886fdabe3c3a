import net from 'node:net';
import {
  type CuttableProxy,
  hasBroker,
  type KafkaServer,
  startCuttableProxy,
  startKafka,
} from '@countermand/dev-brokers';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { createRunner, type PostgresRunner } from '@countermand/runner-postgres';
import { cloudEvents } from '@countermand/step-messages';
import { eventually, refusingAnswers } from '@countermand/test-kit';
import { parcelRoutes, parcelRunnerOptions } from '@countermand/test-kit/parcel-carrier';
import { parcelSaga } from '@countermand/test-kit/parcel-saga';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaSteps, kafkaSteps } from './kafka-steps.js';
import { type Seen, watchTopics } from './test-support/topic-watch.js';

describe.skipIf(!hasBroker('kafka'))('a saga whose participant is behind Kafka', () => {
  let broker: KafkaServer;
  let proxy: CuttableProxy;
  let database: TestDatabase;
  let runner: PostgresRunner;
  let steps: KafkaSteps;
  let careful: KafkaSteps;
  let kafka: Kafka;
  let producer: Producer;
  let watched: Awaited<ReturnType<typeof watchTopics>>;
  /** What the database refuses for now, of the group `careful`. */
  const refusals = { left: Number.POSITIVE_INFINITY, seen: 0 };

  beforeAll(async () => {
    [broker, database] = await Promise.all([startKafka(), createEmptyDatabase()]);
    proxy = await startCuttableProxy(broker.bootstrapServers);
    const options = { brokers: [broker.bootstrapServers], logLevel: logLevel.NOTHING };
    kafka = new Kafka({ ...options, clientId: 'carrier' });
    producer = kafka.producer();
    // Clients connect to the address that the broker gives; this one goes through the proxy whatever that is.
    const client = new Kafka({
      ...options,
      clientId: 'orchestrator',
      retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 3 },
      socketFactory: ({ onConnect }) => net.connect({ host: proxy.host, port: proxy.port }, onConnect),
    });
    steps = kafkaSteps({ client });
    careful = kafkaSteps({ client, envelope: cloudEvents({ source: '/parcels' }) });
    const send = steps.command({ topic: 'commands', type: 'send_parcel' });
    runner = createRunner(parcelRunnerOptions(database.url, send));
    await runner.migrate();
    await runner.on('PARCEL_NOTED', { name: 'notes' }, steps.publish({ topic: 'parcel-events' }));
    await runner.on(
      'PARCEL_SENT',
      { name: 'sent' },
      careful.publish({ topic: 'cloud-events', type: 'parcel.left' }),
    );
    await runner.work();
    const consumer = { maxWaitTimeInMs: 50, heartbeatInterval: 300, sessionTimeout: 4_000 };
    const forgetful = refusingAnswers(runner, refusals);
    await Promise.all([
      producer.connect(),
      steps.consume(runner, { groupId: 'parcels', topics: { replies: parcelRoutes }, consumer }),
      careful.consume(forgetful, { groupId: 'careful', topics: { 'cloud-replies': parcelRoutes }, consumer }),
      watchTopics(kafka, ['commands', 'parcel-events', 'cloud-events', 'parcels.dead-letters'], 'watch').then(
        (watch) => {
          watched = watch;
        },
      ),
    ]);
  });
  afterAll(async () => {
    await Promise.all([steps?.stop(), careful?.stop(), watched?.stop(), producer?.disconnect()]);
    await runner?.stop();
    await proxy?.close();
    await Promise.all([broker?.stop(), database?.drop()]);
  });

  const plain = (type: string, id: string, payload: object) =>
    JSON.stringify({ type, correlation_id: id, timestamp: new Date().toISOString(), payload });
  const reply = async (id: string, type: string, payload: object, headers: Record<string, string> = {}) => {
    await producer.send({
      topic: 'replies',
      messages: [{ key: id, value: plain(type, id, payload), headers }],
    });
  };
  const seenOf = (topic: string, id: string): Seen[] =>
    watched.seen.filter((one) => one.topic === topic && one.key === id);
  const begin = async () => {
    const { id } = await runner.start(parcelSaga, { parcel: 'book' });
    const command = await eventually(() => {
      const [first] = seenOf('commands', id);
      if (!first) throw new Error('no command has been seen');
      return first;
    });
    return { id, command };
  };
  const settled = (id: string) => runner.waitFor(id, (saga) => saga.settled);

  it('a step leaves as a command keyed by its saga and waits in the database for the message that answers it', async () => {
    const { id, command } = await begin();
    expect(JSON.parse(command.body)).toEqual({
      type: 'send_parcel',
      correlation_id: id,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      payload: { parcel: 'book' },
    });
    expect(command.headers['idempotency-key']).toMatch(new RegExp(`^${id}:.+:1$`));
    await runner.waitFor(id, ({ steps: [one] }) => one?.status === 'awaiting');
    await reply(id, 'parcel.sent', { tracking: 't-1' });
    const saga = await settled(id);
    expect([saga.state, saga.context]).toMatchObject(['sent', { tracking: 't-1' }]);
  });

  it('a command, what follows from an answer and what a message leads to carry the trace of their cause', async () => {
    const trace = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
    const { id } = await runner.start(parcelSaga, { parcel: 'book' }, { traceparent: trace('a') });
    await eventually(() => expect(seenOf('commands', id)[0]?.headers['traceparent']).toBe(trace('a')));
    await reply(id, 'parcel.noted', { text: 'hm' }, { traceparent: trace('b') });
    await eventually(() => expect(seenOf('parcel-events', id)[0]?.headers['traceparent']).toBe(trace('b')));
    await reply(id, 'parcel.sent', { tracking: 't-9' }, { traceparent: trace('c') });
    const sent = await eventually(() => {
      const [first] = seenOf('cloud-events', id);
      if (!first) throw new Error('no event has been seen');
      return JSON.parse(first.body);
    });
    expect(sent).toMatchObject({ traceparent: trace('c') });
  });

  it('copies of an answer, answers after it and answers for others change nothing', async () => {
    const { id, command } = await begin();
    const key = { 'idempotency-key': command.headers['idempotency-key'] ?? '' };
    await reply('another-saga', 'parcel.sent', { tracking: 'not ours' });
    await reply(id, 'parcel.sent', { tracking: 't-2' }, key);
    await reply(id, 'parcel.refused', {}, key);
    await reply(id, 'parcel.sent', { tracking: 't-3' });
    await reply(id, 'parcel.noted', { text: 'the last' });
    const saga = await runner.waitFor(id, ({ context }) => Object(context).notes === 1);
    expect([saga.state, saga.context]).toMatchObject(['sent', { tracking: 't-2' }]);
    expect(seenOf('parcels.dead-letters', id)).toEqual([]);
  });

  it('a decline that comes as a message ends the step as a decline', async () => {
    const { id } = await begin();
    await reply(id, 'parcel.refused', {});
    expect((await settled(id)).state).toBe('returned');
  });

  it('a message that can never be taken is kept as a dead letter, and those behind it are taken', async () => {
    const { id } = await begin();
    const value = '{"type": "parcel.sent", "correlation_id":';
    await producer.send({ topic: 'replies', messages: [{ key: id, value, headers: { origin: 'carrier' } }] });
    await reply(id, 'parcel.sent', { tracking: 7 });
    await reply(id, 'parcel.sent', { tracking: 'x' }, { 'idempotency-key': `${id}:other:1` });
    await reply(id, 'parcel.sent', { tracking: 't-4' });
    expect((await settled(id)).context).toMatchObject({ tracking: 't-4' });
    const [broken, misfit, wrongKey] = await eventually(() => {
      const letters = seenOf('parcels.dead-letters', id);
      expect(letters).toHaveLength(3);
      return letters;
    });
    expect(broken).toMatchObject({
      body: value,
      headers: { origin: 'carrier', 'dead-letter-topic': 'replies' },
    });
    expect(broken?.headers['dead-letter-reason']).toBe('the body is not JSON');
    expect(misfit?.headers['dead-letter-reason']).toMatch(/^parcel.sent: tracking: /);
    expect(wrongKey?.headers['dead-letter-reason']).toContain('is no key of the step');
  });

  it('domain events leave in the order in which the saga published them, each once more under the same id at most', async () => {
    const { id } = await begin();
    for (let n = 1; n <= 20; n += 1) await runner.send(id, { type: 'NOTED', text: `${n}` });
    await eventually(() => expect(seenOf('parcel-events', id).length).toBeGreaterThanOrEqual(20));
    const events = seenOf('parcel-events', id);
    expect(events.map(({ body }) => JSON.parse(body).payload.n)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    expect(new Set(events.map(({ partition }) => partition)).size).toBe(1);
    expect(new Set(events.map(({ headers }) => headers['message-id'])).size).toBe(20);
  });

  it('an offset is committed after the answer, which is tried until it is stored; envelopes may be CloudEvents', async () => {
    const { id } = await begin();
    const event = { specversion: '1.0', id: 'e-1', source: '/carrier', type: 'parcel.sent', subject: id };
    const value = JSON.stringify({ ...event, time: new Date().toISOString(), data: { tracking: 'cloud' } });
    const admin = kafka.admin();
    await admin.connect();
    const committed = async () => {
      const [topic] = await admin.fetchOffsets({ groupId: 'careful', topics: ['cloud-replies'] });
      return topic?.partitions.filter(({ offset }) => Number(offset) > 0).length;
    };
    await producer.send({ topic: 'cloud-replies', messages: [{ key: id, value }] });
    await eventually(() => expect(refusals.seen).toBeGreaterThanOrEqual(2));
    expect(await committed()).toBe(0);
    refusals.left = 0;
    expect((await settled(id)).context).toMatchObject({ tracking: 'cloud' });
    await eventually(async () => expect(await committed()).toBe(1));
    await admin.disconnect();
    const published = await eventually(() => {
      const [first] = seenOf('cloud-events', id);
      if (!first) throw new Error('no event has been seen');
      return JSON.parse(first.body);
    });
    expect(published).toMatchObject({
      ...{ specversion: '1.0', source: '/parcels', type: 'parcel.left', subject: id },
      data: { tracking: 'cloud' },
    });
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
    await eventually(() => expect(seenOf('commands', id).length).toBeGreaterThan(0));
    await reply(id, 'parcel.sent', { tracking: 'restored' });
    expect((await settled(id)).context).toMatchObject({ tracking: 'restored' });
    expect(proxy.broken).toBeGreaterThan(0);
  });
});
