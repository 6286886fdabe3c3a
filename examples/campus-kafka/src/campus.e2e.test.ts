import net from 'node:net';
import {
  type CuttableProxy,
  hasBroker,
  type KafkaServer,
  startCuttableProxy,
  startKafka,
} from '@countermand/dev-brokers';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import type { Message } from '@countermand/step-messages';
import { eventually } from '@countermand/test-kit';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Campus, startCampus } from './campus.ts';
import { connectKafka } from './kafka/connect.ts';
import { playServices, type Services } from './services/services.ts';
import { readSettings } from './settings.ts';
import { askCampus, orderOf } from './testing/ask-campus.ts';

const text = z.string().optional();
const logLine = z.looseObject({ msg: z.string(), sagaId: text, type: text, outcome: text });

describe.skipIf(!hasBroker('kafka'))(
  'the campus, whose services send every event twice, and old ones again',
  () => {
    let broker: KafkaServer;
    let proxy: CuttableProxy;
    let database: TestDatabase;
    let services: Services;
    let campus: Campus;
    let ask: ReturnType<typeof askCampus>;
    const told: z.output<typeof logLine>[] = [];
    const seen: { readonly topic: string; readonly message: Message }[] = [];

    beforeAll(async () => {
      [broker, database] = await Promise.all([startKafka(), createEmptyDatabase()]);
      const { bootstrapServers } = broker;
      proxy = await startCuttableProxy(bootstrapServers);
      const { host, port } = proxy;
      // Clients connect to the address that the broker gives; ours goes through the proxy whatever that is.
      const kafka = connectKafka(bootstrapServers, 'campus', {
        socketFactory: ({ onConnect }) => net.connect({ host, port }, onConnect),
      });
      const playing = playServices({
        kafka: connectKafka(bootstrapServers, 'services'),
        groupId: 'services',
        acceptAfterMs: 50,
        hurryMs: 200,
        copies: 2,
        disorder: true,
        onMessage: (_direction, topic, message) => void seen.push({ topic, message }),
      });
      const settings = readSettings({ PORT: '0', KAFKA_SESSION_TIMEOUT: '4s' });
      const log = pino(
        { level: 'info' },
        { write: (line) => void told.push(logLine.parse(JSON.parse(line))) },
      );
      campus = await startCampus(settings, { databaseUrl: database.url, kafka, log });
      ask = askCampus(campus.url);
      [services] = await Promise.all([playing, campus.consuming]);
    });
    afterAll(async () => {
      await campus?.stop();
      await services?.stop();
      await proxy?.close();
      await Promise.all([broker?.stop(), database?.drop()]);
    });

    const books = (id: string) => ({
      order: services.book.orders.get(id)?.status,
      payment: services.book.payments.get(id)?.status,
      authorizations: services.book.authorizations.get(id) ?? 0,
    });
    const types = (id: string) => [
      ...new Set(
        seen
          .filter(({ message }) => message.correlationId === id)
          .map(({ topic, message }) => `${topic} ${message.type}`),
      ),
    ];

    it('an order goes through every command and event, and a runner accepts it', async () => {
      const id = await ask.place('cust_123');
      expect(await ask.settled(id)).toMatchObject({
        ...{ status: 'COMPLETED', state: 'COMPLETED' },
        acceptance: { status: 'COMPLETED', state: 'ACCEPTED', context: { runnerId: 'runner-1' } },
      });
      expect(types(id)).toEqual([
        ...['order_commands create_order', 'order_events order.created'],
        ...['user_commands get_payment_info', 'user_events user.payment_info_retrieved'],
        ...['payment_commands authorize_payment', 'payment_events payment.authorized'],
        ...['order_commands update_order_status', 'order_events order.status_updated'],
        ...['timer_commands start_order_timer', 'timer_events timer.started', 'order_events order.accepted'],
      ]);
      expect(books(id)).toEqual({ order: 'CREATED', payment: 'authorized', authorizations: 1 });
      expect(services.book.payments.get(id)?.amount).toBe(2598);
      const command = seen.find(({ message }) => message.correlationId === id)?.message;
      expect(command?.payload).toEqual({ ...orderOf('cust_123'), status: 'pendingPayment' });
    });

    it.each([
      ['order.creation_failed', 'creation', 'ORDER_CREATION_FAILED', undefined, undefined],
      ['user.payment_info_failed', 'penniless', 'PAYMENT_INFO_FAILED', 'CANCELLED', undefined],
      ['payment.failed', 'declined', 'PAYMENT_FAILED', 'CANCELLED', undefined],
      ['timer.failed', 'timeless', 'TIMER_FAILED', 'CANCELLED', 'voided'],
    ])('%s ends the order, and nothing of it stays', async (_event, customer, code, order, payment) => {
      const id = await ask.place(customer);
      const saga = await ask.settled(id);
      expect(saga).toMatchObject({
        status: 'FAILED',
        error: { code },
        open_obligations: [],
        acceptance: null,
      });
      expect(books(id)).toMatchObject({ order, payment });
    });

    it('an order that nobody accepts in time is cancelled, and its payment voided', async () => {
      const id = await ask.place('nobody');
      const saga = await ask.settled(id);
      expect(saga).toMatchObject({
        status: 'COMPLETED',
        acceptance: { status: 'FAILED', open_obligations: [] },
      });
      expect(books(id)).toEqual({ order: 'CANCELLED', payment: 'voided', authorizations: 1 });
    });

    it('an acceptance that comes before there is anything to accept is kept until there is', async () => {
      const id = await ask.place('eager');
      expect(await ask.settled(id)).toMatchObject({ acceptance: { state: 'ACCEPTED' } });
    });

    it('events that come again, behind newer ones, change nothing, and are told as skipped', async () => {
      const id = await ask.place('cust_124');
      await ask.settled(id);
      const created = () => told.filter(({ sagaId, type }) => sagaId === id && type === 'order.created');
      await eventually(() => expect(created().length).toBeGreaterThan(3));
      expect(created().filter(({ outcome }) => outcome === 'applied')).toHaveLength(1);
      expect(created().filter(({ msg }) => msg === 'message skipped').length).toBeGreaterThan(1);
      expect(books(id)).toMatchObject({ authorizations: 1 });
    });

    it('while Kafka is out of reach orders are taken; they go on when it is back', async () => {
      const before = await ask.place('cust_125');
      proxy.cut();
      const meanwhile = await ask.place('cust_126');
      await eventually(async () => {
        const { steps } = await ask.get(meanwhile);
        expect(steps).toMatchObject([{ name: 'createOrder', attempts: expect.any(Number) }]);
      });
      expect(proxy.broken).toBeGreaterThan(0);
      proxy.restore();
      for (const id of [before, meanwhile]) {
        expect(await ask.settled(id, 30_000)).toMatchObject({ status: 'COMPLETED' });
        expect(books(id)).toMatchObject({ authorizations: 1 });
      }
    });

    it('a body that is no order is refused, and says why', async () => {
      const sample = orderOf('cust_1');
      const [item] = sample.order_details.foodItems;
      const priced = (price: number) => ({
        ...sample,
        order_details: { ...sample.order_details, foodItems: [{ ...item, price }] },
      });
      for (const [body, why] of [
        ['{', 'not JSON'],
        [{}, 'customer_id'],
        [priced(12.999), 'two decimals'],
        [{ ...sample, extra: 1 }, 'extra'],
      ] as const) {
        const response = await ask.post(body);
        expect(response.status).toBe(400);
        expect(await response.text()).toContain(why);
      }
    });

    it('the same request with the same Idempotency-Key is one order; another body is refused', async () => {
      const headers = { 'idempotency-key': 'click-1' };
      const [first, again] = [
        await ask.post(orderOf('cust_9'), headers),
        await ask.post(orderOf('cust_9'), headers),
      ];
      expect(await again.json()).toEqual(await first.json());
      const other = {
        ...orderOf('cust_9'),
        order_details: { ...orderOf('cust_9').order_details, deliveryLocation: 'Gym' },
      };
      expect((await ask.post(other, headers)).status).toBe(422);
    });

    it('the list of sagas is for the administrator, by status', async () => {
      expect((await ask.list('', 'wrong')).status).toBe(401);
      expect((await ask.list('?status=MAYBE')).status).toBe(400);
      const failed: unknown = await (await ask.list('?status=FAILED')).json();
      expect(failed).toMatchObject([{ status: 'FAILED' }, ...Array.from({ length: 3 }, () => ({}))]);
      expect((await fetch(`${campus.url}/api/sagas/${crypto.randomUUID()}`)).status).toBe(404);
    });
  },
);
