import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  type CuttableProxy,
  hasBroker,
  type KafkaServer,
  startCuttableProxy,
  startKafka,
} from '@countermand/dev-brokers';
import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { eventually } from '@countermand/test-kit';
import { spawnService } from '@countermand-examples/service-kit/spawn-service';
import type { Consumer } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectKafka } from './kafka/connect.ts';
import { startOrchestrator } from './orchestrator.ts';
import { playServices, type Services } from './services/services.ts';
import { readSettings, topicsOf } from './settings.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const euros = (amount: number) => ({ amount, currency: 'EUR' });
const part = z.looseObject({ state: z.json(), settled: z.boolean() });
const order = part.extend({ discount: part.nullable(), split_payment: part.nullable() });

describe.skipIf(!hasBroker('kafka'))('orders whose services tell everything twice and out of order', () => {
  let broker: KafkaServer;
  let proxy: CuttableProxy;
  let database: TestDatabase;
  let services: Services;
  let running: Awaited<ReturnType<typeof startOrchestrator>> | undefined;
  let watching: Consumer;
  const env = { SERVER_PORT: '0', KAFKA_SESSION_TIMEOUT_MS: '4000' };
  const settings = readSettings(env);
  const topics = topicsOf(settings);
  const seen: { topic: string; id: string; type: string; payload: unknown }[] = [];
  let url = '';

  beforeAll(async () => {
    [broker, database] = await Promise.all([startKafka(), createEmptyDatabase()]);
    const { bootstrapServers } = broker;
    const plain = connectKafka(bootstrapServers, 'services');
    services = await playServices({ kafka: plain, topics, isDisorderly: true });
    proxy = await startCuttableProxy(bootstrapServers);
    const { host, port } = proxy;
    // Clients connect to the address that the broker gives; ours goes through the proxy whatever that is.
    const socketFactory = ({ onConnect }: { onConnect: () => void }) =>
      net.connect({ host, port }, onConnect);
    const kafka = connectKafka(bootstrapServers, 'orchestrator', { socketFactory });
    const log = pino({ level: 'silent' });
    running = await startOrchestrator(settings, {
      databaseUrl: database.url,
      kafka,
      log,
      servicesUrl: services.url,
    });
    url = running.url;
    watching = plain.consumer({ groupId: 'watch', maxWaitTimeInMs: 50 });
    await watching.connect();
    await watching.subscribe({ topics: Object.values(topics), fromBeginning: true });
    const joined = new Promise<void>((resolve) => watching.on('consumer.group_join', () => resolve()));
    await watching.run({
      eachMessage: ({ topic, message: { value } }) => {
        const { correlation_id: id, type, payload } = JSON.parse(String(value));
        seen.push({ topic, id, type, payload });
        return Promise.resolve();
      },
    });
    await Promise.all([running.consuming, joined]);
  });
  afterAll(async () => {
    await running?.stop();
    await Promise.all([services?.stop(), watching?.disconnect()]);
    await proxy?.close();
    await Promise.all([broker?.stop(), database?.drop()]);
  });

  const card = { method: 'card', amount: euros(2_000) };
  const voucher = { method: 'voucher', amount: euros(1_000) };
  const place = async (more: { sku?: string; coupons?: string[]; payments?: object[] } = {}) => {
    const { sku = 'book', coupons = [], payments = [card, voucher] } = more;
    const body = {
      customer_id: 'cust_1',
      items: [{ sku, quantity: 1 }],
      total: euros(3_000),
      payments,
      coupons,
    };
    const response = await fetch(`${url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return z.object({ order_id: z.string() }).parse(await response.json()).order_id;
  };
  const settled = (id: string, timeoutMs = 30_000) =>
    eventually(
      async () => {
        const found = order.parse(await (await fetch(`${url}/api/orders/${id}`)).json());
        const all = [found, found.discount, found.split_payment].filter((one) => one !== null);
        expect(
          all.every((one) => one.settled),
          JSON.stringify(found.state),
        ).toBe(true);
        return found;
      },
      { timeoutMs },
    );
  const booked = (id: string) => ({
    stock: services.book.stock.get(id),
    coupons: [...services.book.coupons].filter(([name]) => name.startsWith(id)).map(([, one]) => one),
    payments: [...services.book.payments]
      .filter(([name]) => name.startsWith(id))
      .map(([, one]) => one.status),
  });
  const told = async (id: string, topic: string) =>
    await eventually(() => {
      const found = seen.find((one) => one.topic === topic && one.id === id);
      if (!found) throw new Error(`nothing of ${id} on ${topic}`);
      return found.payload;
    });

  it('an order is reserved, discounted, paid by two methods, confirmed and approved, over all of its topics', async () => {
    const id = await place({ coupons: ['WELCOME'] });
    expect(await settled(id)).toMatchObject({
      ...{ state: 'APPROVED', discount: { state: 'TAKEN' }, split_payment: { state: 'PROCESSED' } },
    });
    expect(booked(id)).toEqual({
      stock: 'confirmed',
      coupons: ['used'],
      payments: ['processed', 'processed'],
    });
    expect(await told(id, 'order-approved-events')).toMatchObject({ total: 2_500, discount: 500 });
    const types = (topic: string) =>
      new Set(seen.filter((one) => one.topic === topic && one.id.startsWith(id)).map(({ type }) => type));
    expect(types('order-created-events')).toEqual(new Set(['OrderCreatedEvent']));
    expect(types('product-reserved-events')).toContain('ProductReservedEvent');
    expect(types('coupon-applied-events')).toContain('CouponAppliedEvent');
    expect(types('payment-processed-events')).toEqual(new Set(['PaymentProcessedEvent']));
    expect(types('split-payment-processed-events')).toEqual(new Set(['SplitPaymentProcessedEvent']));
    const paid = [...services.book.payments]
      .filter(([name]) => name.startsWith(id))
      .map(([, one]) => one.amount);
    expect(paid.sort()).toEqual([2_000, 500]);
  });

  it.each([
    ['no stock', { sku: 'sold-out' }, 'INVENTORY_ERROR', { coupons: [], payments: [] }],
    [
      'one of two payments declined',
      { coupons: ['WELCOME'], payments: [card, { ...voucher, method: 'empty-card' }] },
      'PAYMENT_FAILED',
      { stock: 'released', coupons: ['cancelled'] },
    ],
    [
      'not approved',
      { sku: 'unwanted', coupons: ['WELCOME'] },
      'APPROVAL_FAILED',
      { stock: 'released', coupons: ['cancelled'], payments: ['refunded', 'refunded'] },
    ],
  ])('%s: cancelled, and everything given back', async (_what, more, code, books) => {
    const id = await place(more);
    expect(await settled(id)).toMatchObject({ state: { FAILED: 'undone' } });
    expect(booked(id)).toMatchObject(books);
    expect(booked(id).payments).not.toContain('processed');
    expect(await told(id, 'order-cancelled-events')).toMatchObject({ code });
  });

  it('an invalid coupon is skipped, and the order goes on at full price', async () => {
    const id = await place({ coupons: ['EXPIRED'] });
    expect(await settled(id)).toMatchObject({ state: 'APPROVED' });
    expect(await told(id, 'order-approved-events')).toMatchObject({ total: 3_000, discount: 0 });
  });

  it('results that are told again behind newer ones, the newest first, change nothing', async () => {
    const isStale = (id: string) => {
      const indices = (type: string) =>
        seen.flatMap((one, at) => (one.type === type && one.id === id ? [at] : []));
      const [, again] = indices('ProductReservedEvent');
      const [approved] = indices('OrderApprovedEvent');
      return again !== undefined && approved !== undefined && again > approved;
    };
    const before = new Map<string, unknown>();
    // One after the other: the later ones push the copies of the earlier ones out.
    for (let n = 0; n < 4; n += 1) {
      const id = await place({ coupons: ['WELCOME'] });
      before.set(id, [await settled(id), booked(id)]);
    }
    const stale = await eventually(() => {
      const found = [...before].filter(([id]) => isStale(id));
      expect(found).not.toEqual([]);
      return found;
    });
    for (const [id, was] of stale) expect([await settled(id), booked(id)]).toEqual(was);
  });

  it('while Kafka is out of reach orders wait, and go on when it is back', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => place()));
    proxy.cut();
    await eventually(() => expect(proxy.broken).toBeGreaterThan(0));
    proxy.restore();
    for (const id of ids) expect(await settled(id, 60_000)).toMatchObject({ state: 'APPROVED' });
  });

  it('the state of each saga can be looked up, all of them by the administrator', async () => {
    expect((await fetch(`${url}/api/sagas`)).status).toBe(401);
    const headers = { authorization: 'Bearer demo-admin' };
    for (const type of ['order', 'discount', 'split-payment']) {
      const found = await (await fetch(`${url}/api/sagas?type=${type}`, { headers })).json();
      expect(found).toEqual(expect.arrayContaining([expect.objectContaining({ saga: type })]));
    }
  });

  it('an orchestrator that is killed goes on where it was; nothing is paid twice or forgotten', async () => {
    await running?.stop();
    running = undefined;
    const address = Object.fromEntries(
      ['PRODUCT', 'PROMOTION', 'PAYMENT', 'ORDER'].map((name) => [`${name}_SERVICE_URL`, services.url]),
    );
    const own = { ...env, ...address, LOG_LEVEL: 'silent', DATABASE_URL: database.url };
    const spawned = { ...own, KAFKA_BROKERS: broker.bootstrapServers };
    const first = await spawnService(main, spawned);
    url = first.url;
    const ids = await Promise.all(
      Array.from({ length: 9 }, (_, n) =>
        place({ sku: n % 3 === 0 ? 'unwanted' : 'book', coupons: ['WELCOME'] }),
      ),
    );
    await eventually(() => expect(ids.some((id) => services.book.stock.has(id))).toBe(true), {
      timeoutMs: 30_000,
    });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await spawnService(main, spawned);
    url = second.url;
    for (const [n, id] of ids.entries()) {
      const { state } = await settled(id, 60_000);
      const isWanted = n % 3 !== 0;
      expect(state).toEqual(isWanted ? 'APPROVED' : { FAILED: 'undone' });
      expect(booked(id)).toEqual(
        isWanted
          ? { stock: 'confirmed', coupons: ['used'], payments: ['processed', 'processed'] }
          : { stock: 'released', coupons: ['cancelled'], payments: ['refunded', 'refunded'] },
      );
    }
    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  });
});
