import { once } from 'node:events';
import { hasBroker } from '@countermand/dev-brokers';
import { plainEnvelope } from '@countermand/step-messages';
import { eventually } from '@countermand/test-kit';
import { pino } from 'pino';
import type { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrderService, startOrderService } from './order-service.ts';
import { readSettings } from './settings.ts';
import { askOrders } from './testing/ask-orders.ts';
import { openGround } from './testing/open-ground.ts';

const STREAMS = ['order-events', 'inventory-events', 'payment-events'] as const;

describe.skipIf(!hasBroker('rabbitmq'))('with STREAMS=three', () => {
  let ground: Awaited<ReturnType<typeof openGround>>;
  let connection: Connection;
  let service: OrderService;
  let ask: ReturnType<typeof askOrders>;
  const heard: { stream: string; type: string; id: string }[] = [];
  const listening: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    ground = await openGround({ STREAMS: 'three' });
    connection = ground.connect();
    for (const stream of STREAMS) {
      const consumer = connection.createConsumer(
        {
          queue: `watch.${stream}`,
          queueBindings: [{ exchange: stream, routingKey: '#' }],
        },
        ({ type = '', correlationId: id = '' }) => void heard.push({ stream, type, id }),
      );
      listening.push(consumer);
      await once(consumer, 'ready');
    }
    service = await startOrderService(readSettings({ PORT: '0', STREAMS: 'three' }), {
      ...{ databaseUrl: ground.databases.orders, connection, log: pino({ level: 'silent' }) },
      inventoryUrl: ground.participants.inventoryUrl,
      paymentsUrl: ground.participants.paymentsUrl,
    });
    await service.consuming;
    ask = askOrders(service.url);
  });
  afterAll(async () => {
    await service?.stop();
    await Promise.all(listening.map((consumer) => consumer.close()));
    await connection?.close();
    await ground?.close();
  });

  const inStream = (stream: string, id: string) => [
    ...new Set(heard.filter((one) => one.stream === stream && one.id === id).map(({ type }) => type)),
  ];
  const lifecycle = [
    ...['ORDER_CREATED', 'ORDER_RESERVED', 'ORDER_PAID', 'ORDER_CONFIRMED', 'ORDER_SHIPPED'],
    'ORDER_IN_TRANSIT',
  ];

  it('an order is driven by order-events, inventory-events and payment-events', async () => {
    const id = await ask.place();
    await ask.pay(id, 'tok_ok');
    expect(await ask.settled(id)).toMatchObject({ status: 'IN_TRANSIT' });
    await eventually(() => expect(inStream('order-events', id)).toEqual(lifecycle));
    expect(inStream('inventory-events', id)).toEqual(['INVENTORY_RESERVED', 'INVENTORY_COMMITTED']);
    expect(inStream('payment-events', id)).toEqual(['PAYMENT_AUTHORIZED', 'PAYMENT_CAPTURED']);
  });

  it('a decline in payment-events fails the order, and its stock comes back by inventory-events', async () => {
    const id = await ask.place();
    await ask.pay(id, 'tok_declined');
    expect(await ask.settled(id)).toMatchObject({ status: 'REVERSED', saga: { open_obligations: [] } });
    expect(inStream('payment-events', id)).toContain('PAYMENT_DECLINED');
    expect(inStream('inventory-events', id)).toEqual(['INVENTORY_RESERVED', 'INVENTORY_RELEASED']);
    await eventually(() => expect(inStream('order-events', id)).toContain('ORDER_FAILED'));
  });

  it('an ORDER_CREATED that another service writes begins the order, once', async () => {
    const id = crypto.randomUUID();
    const total = { amount: 1_900, currency: 'EUR' };
    const order = {
      ...{ orderId: id, customerId: 'alice', items: [{ sku: 'usb-cable', quantity: 1 }], total },
      payments: [{ method: 'card', amount: total }],
    };
    const { body, headers } = plainEnvelope.encode({
      ...{ id: crypto.randomUUID(), type: 'ORDER_CREATED', correlationId: id, at: 0, payload: order },
    });
    const publisher = connection.createPublisher({ confirm: true });
    const properties = { durable: true, type: 'ORDER_CREATED', correlationId: id, headers };
    for (let copy = 0; copy < 3; copy += 1) {
      await publisher.send(
        { exchange: 'order-events', routingKey: 'ORDER_CREATED', ...properties },
        Buffer.from(body),
      );
    }
    await publisher.close();
    await eventually(async () => expect((await ask.call('GET', `/api/orders/${id}`)).status).toBe(200));
    await ask.until(id, ({ status }) => status === 'RESERVED');
    await ask.pay(id, 'tok_ok');
    expect(await ask.settled(id)).toMatchObject({ status: 'IN_TRANSIT' });
    const bob = { authorization: 'Bearer demo-bob' };
    expect((await ask.call('GET', `/api/orders/${id}`, undefined, bob)).status).toBe(404);
  });

  it('nothing that the streams carry is refused by who reads them', async () => {
    for (const stream of STREAMS) {
      const { messageCount } = await connection.queueDeclare({
        queue: `orders.${stream}.dead-letters`,
        durable: true,
      });
      expect([stream, messageCount]).toEqual([stream, 0]);
    }
  });
});
