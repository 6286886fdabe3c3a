import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { hasBroker } from '@countermand/dev-brokers';
import { eventually } from '@countermand/test-kit';
import { spawnService } from '@countermand-examples/service-kit/spawn-service';
import { pino } from 'pino';
import type { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrderService, startOrderService } from './order-service.ts';
import { readSettings } from './settings.ts';
import { askOrders } from './testing/ask-orders.ts';
import { openGround } from './testing/open-ground.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

describe.skipIf(!hasBroker('rabbitmq'))(
  'the order service, whose participants answer everything twice and out of order',
  () => {
    let ground: Awaited<ReturnType<typeof openGround>>;
    let connection: Connection;
    let service: OrderService;
    let ask: ReturnType<typeof askOrders>;
    const heard: { type: string; correlationId: string }[] = [];
    let listening: { close(): Promise<void> };

    beforeAll(async () => {
      ground = await openGround();
      connection = ground.connect();
      const consumer = connection.createConsumer(
        { queue: 'everything', queueBindings: [{ exchange: 'order.events', routingKey: '#' }] },
        ({ type = '', correlationId = '' }) => void heard.push({ type, correlationId }),
      );
      listening = consumer;
      await once(consumer, 'ready');
      service = await startOrderService(readSettings({ PORT: '0' }), {
        ...{ databaseUrl: ground.databases.orders, connection, log: pino({ level: 'silent' }) },
        inventoryUrl: ground.participants.inventoryUrl,
        paymentsUrl: ground.participants.paymentsUrl,
      });
      await service.consuming;
      ask = askOrders(service.url);
    });
    afterAll(async () => {
      await service?.stop();
      await listening?.close();
      await connection?.close();
      await ground?.close();
    });

    const typesOf = (id: string) => [
      ...new Set(heard.filter(({ correlationId }) => correlationId === id).map(({ type }) => type)),
    ];
    const payment = async (id: string) => {
      const sql = `select status, captures, refunds from payment where order_id = '${id}'`;
      return (await ground.rows<{ status: string; captures: number; refunds: number }>('payments', sql))[0];
    };

    it('an order goes from PENDING over RESERVED, PAID and CONFIRMED to the carrier, by messages of order.events', async () => {
      const id = await ask.place('iphone-15');
      await ask.until(id, ({ status }) => status === 'RESERVED');
      expect((await ask.pay(id, 'tok_ok')).status).toBe(202);
      expect(await ask.settled(id)).toMatchObject({ status: 'IN_TRANSIT', tracking: `track-${id}` });
      await eventually(() => expect(typesOf(id)).toContain('order.in_transit'));
      const types = typesOf(id);
      for (const type of [
        'stock.reserve',
        'stock.reserved',
        'payment.captured',
        'stock.committed',
        'shipping.packed',
      ]) {
        expect(types).toContain(type);
      }
      const events = types.filter((type) => type.startsWith('order.'));
      expect(events).toEqual([
        ...[
          'order.created',
          'order.reserved',
          'order.paid',
          'order.confirmed',
          'order.shipped',
          'order.in_transit',
        ],
      ]);
      expect(await payment(id)).toEqual({ status: 'captured', captures: 1, refunds: 0 });
    });

    it('a declined payment reverses the order: the stock is rolled back by order.failed', async () => {
      const id = await ask.place();
      await ask.pay(id, 'tok_declined');
      const order = await ask.settled(id);
      expect(order).toMatchObject({
        ...{ status: 'REVERSED', failure: { code: 'PAYMENT_DECLINED' } },
        saga: { open_obligations: [], state: { FAILED: expect.anything() } },
      });
      const back = ['order.failed', 'stock.released', 'order.reversed'];
      await eventually(() => expect(typesOf(id)).toEqual(expect.arrayContaining(back)));
      const rows = await ground.rows('inventory', `select status from reservation where order_id = '${id}'`);
      expect(rows).toEqual([{ status: 'released' }]);
      expect((await payment(id))?.captures).toBe(0);
    });

    it('answers that come again behind newer ones, and in reverse, change nothing', async () => {
      const of = (id: string) => heard.filter(({ correlationId }) => correlationId === id);
      const isStale = (id: string) => {
        const [, again] = of(id).filter(({ type }) => type === 'stock.reserved');
        const newer = of(id).findIndex(({ type }) => type === 'payment.captured');
        return again !== undefined && newer >= 0 && of(id).indexOf(again) > newer;
      };
      const before = new Map<string, unknown>();
      // One after the other: the later ones push the copies of the earlier ones out.
      for (let n = 0; n < 4; n += 1) {
        const id = await ask.place();
        await ask.pay(id, 'tok_ok');
        await ask.settled(id);
        // Rest doesn't wait for the message to the user.
        const whole = await eventually(async () => {
          const order = await ask.get(id);
          expect(order).toMatchObject({ saga: { waiting_for: [] } });
          return order;
        });
        before.set(id, whole);
      }
      const stale = await eventually(() => {
        const found = [...before].filter(([id]) => isStale(id));
        expect(found).not.toEqual([]);
        return found;
      });
      for (const [id, was] of stale) {
        const types = of(id).map(({ type }) => type);
        expect(types.indexOf('shipping.scanned')).toBeLessThan(types.indexOf('shipping.labelled'));
        expect(await ask.get(id)).toEqual(was);
        expect(await payment(id)).toEqual({ status: 'captured', captures: 1, refunds: 0 });
      }
    });

    it('a body that comes in pieces, and none at all, are read', async () => {
      const id = await ask.place();
      const pieces = new Blob(['{"token":', '"tok_ok"}']).stream();
      const headers = { authorization: 'Bearer demo-alice' };
      const request = { method: 'POST', headers, body: pieces, duplex: 'half' } as const;
      expect((await fetch(`${service.url}/api/orders/${id}/pay`, request)).status).toBe(202);
      expect((await fetch(`${service.url}/api/orders/${id}/pay`, { method: 'POST', headers })).status).toBe(
        202,
      );
    });

    it('what is short is refused with 409 before anything is created', async () => {
      const headers = { 'idempotency-key': 'too-many' };
      const body = { items: [{ sku: 'limited-edition', quantity: 11 }] };
      const response = await ask.call('POST', '/api/orders', body, headers);
      expect([response.status, await response.text()]).toEqual([
        409,
        expect.stringContaining('limited-edition'),
      ]);
      const possible = { items: [{ sku: 'limited-edition', quantity: 1 }] };
      // Nothing was kept of it: the key is free.
      expect((await ask.call('POST', '/api/orders', possible, headers)).status).toBe(201);
    });

    it('stock that goes between the look and the reservation fails the order, and nothing is held', async () => {
      const orders = await Promise.all(Array.from({ length: 4 }, () => ask.place('limited-edition', 4)));
      const ended = await eventually(async () => {
        const all = await Promise.all(orders.map((id) => ask.get(id)));
        expect(all.every(({ status }) => status !== 'PENDING')).toBe(true);
        return all;
      });
      expect(ended.map(({ status }) => status).sort()).toEqual(['FAILED', 'FAILED', 'RESERVED', 'RESERVED']);
      expect(ended.find(({ status }) => status === 'FAILED')).toMatchObject({
        failure: { code: 'OUT_OF_STOCK' },
      });
      for (const { id, status } of ended) {
        if (status === 'RESERVED') await ask.patch(id, { status: 'CANCELLED', reason: 'only a try' });
        await ask.settled(id);
      }
    });

    it('a click with the same Idempotency-Key is one order; another body, and none at all, are refused', async () => {
      const headers = { 'idempotency-key': 'click' };
      const body = { items: [{ sku: 'usb-cable', quantity: 1 }] };
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => ask.call('POST', '/api/orders', body, headers)),
      );
      const texts = await Promise.all(answers.map((answer) => answer.text()));
      expect([new Set(texts).size, answers.map(({ status }) => status)]).toEqual([
        1,
        [201, 201, 201, 201, 201],
      ]);
      const other = { items: [{ sku: 'usb-cable', quantity: 2 }] };
      expect((await ask.call('POST', '/api/orders', other, headers)).status).toBe(422);
      expect((await ask.call('POST', '/api/orders', body)).status).toBe(400);
      expect((await ask.call('POST', '/api/orders', { items: [] }, headers)).status).toBe(400);
    });

    it('an administrator moves an order along the edges of its machine, and no others', async () => {
      const id = await ask.place();
      await ask.until(id, ({ status }) => status === 'RESERVED');
      expect((await ask.patch(id, { status: 'PAID', reason: 'by hand' })).status).toBe(409);
      expect((await ask.patch(id, { status: 'NONSENSE', reason: 'x' })).status).toBe(400);
      expect(
        await (await ask.patch(id, { status: 'CANCELLED', reason: 'asked for by phone' })).json(),
      ).toMatchObject({
        ...{ status: 'CANCELLED', cancel_reason: 'asked for by phone' },
      });
      expect(await ask.settled(id)).toMatchObject({ saga: { open_obligations: [] } });
    });

    it('who has no token, the wrong one or an order of somebody else is refused', async () => {
      const id = await ask.place();
      const as = (token: string, method = 'GET', path = `/api/orders/${id}`) =>
        ask.call(method, path, method === 'GET' ? undefined : { status: 'CANCELLED', reason: 'x' }, {
          authorization: `Bearer ${token}`,
        });
      expect((await as('')).status).toBe(401);
      expect((await as('demo-bob')).status).toBe(404);
      expect((await as('demo-admin')).status).toBe(200);
      expect((await as('demo-alice', 'PATCH', `/api/orders/${id}/status`)).status).toBe(403);
    });

    it('health says whether database, broker and worker are there', async () => {
      expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
      expect(await (await fetch(`${service.url}/readyz`)).json()).toEqual({
        database: true,
        broker: true,
        worker: true,
      });
    });

    it('RabbitMQ killed in the middle and started again: orders are taken meanwhile, and all go on', async () => {
      const before = await Promise.all(Array.from({ length: 5 }, () => ask.place()));
      await Promise.all(before.map((id) => ask.pay(id, 'tok_ok')));
      await ground.broker.kill();
      await eventually(async () => expect((await fetch(`${service.url}/readyz`)).status).toBe(503));
      const meanwhile = await ask.place();
      await ask.pay(meanwhile, 'tok_declined');
      await ground.broker.start();
      const statuses = await Promise.all(
        [...before, meanwhile].map(async (id) => (await ask.settled(id, 60_000)).status),
      );
      expect(statuses).toEqual([...before.map(() => 'IN_TRANSIT'), 'REVERSED']);
      for (const id of before)
        expect(await payment(id)).toEqual({ status: 'captured', captures: 1, refunds: 0 });
    });

    it('an order service that is killed goes on where it was; no money is taken twice, no stock forgotten', async () => {
      await service.stop();
      const env = {
        ...{ PORT: '0', SERVICES: 'orders', LOG_LEVEL: 'silent', RABBITMQ_URL: ground.broker.url },
        ORDERS_DATABASE_URL: ground.databases.orders,
        INVENTORY_URL: ground.participants.inventoryUrl,
        PAYMENTS_URL: ground.participants.paymentsUrl,
      };
      const first = await spawnService(main, env);
      const clients = askOrders(first.url);
      const ids = await Promise.all(Array.from({ length: 12 }, () => clients.place()));
      await Promise.all(ids.map((id, n) => clients.pay(id, n % 3 === 0 ? 'tok_declined' : 'tok_ok')));
      // In the middle: some has been heard of, and not everything is over.
      await eventually(() => expect(typesOf(ids[0] ?? '')).toContain('stock.reserve'));
      first.child.kill('SIGKILL');
      await once(first.child, 'exit');
      const second = await spawnService(main, env);
      const again = askOrders(second.url);
      const orders = await Promise.all(ids.map((id) => again.settled(id, 60_000)));
      for (const [n, { id, status }] of orders.entries()) {
        expect(status).toBe(n % 3 === 0 ? 'REVERSED' : 'IN_TRANSIT');
        expect((await payment(id))?.captures, status).toBe(n % 3 === 0 ? 0 : 1);
      }
      const open = await ground.rows<{ order_id: string }>(
        'inventory',
        "select order_id from reservation where status = 'reserved'",
      );
      expect(open.filter(({ order_id }) => ids.includes(order_id))).toEqual([]);
      // As from a terminal: twice.
      second.child.kill('SIGTERM');
      second.child.kill('SIGINT');
      expect(await once(second.child, 'exit')).toEqual([0, null]);
    });
  },
);
