import { hasBroker, type KafkaServer, startKafka } from '@countermand/dev-brokers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKafka } from '../kafka/connect.ts';
import { readSettings, topicsOf } from '../settings.ts';
import { playServices, type Services } from './services.ts';

describe.skipIf(!hasBroker('kafka'))('what was undone', () => {
  let broker: KafkaServer;
  let services: Services;

  beforeAll(async () => {
    broker = await startKafka();
    const kafka = connectKafka(broker.bootstrapServers, 'services');
    services = await playServices({ kafka, topics: topicsOf(readSettings({})) });
  });
  afterAll(async () => {
    await services?.stop();
    await broker?.stop();
  });

  const ask = async (path: string, body: { readonly orderId: string }) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `${body.orderId}:${path}` };
    const asked = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${services.url}${path}`, asked)).status;
  };

  it('a coupon that is applied after its cancellation stays cancelled', async () => {
    const coupon = { orderId: 'o-1', code: 'WELCOME' };
    await ask('/coupons/cancel', coupon);
    expect(await ask('/coupons/apply', coupon)).toBe(202);
    expect(services.book.coupons.get('o-1 WELCOME')).toBe('cancelled');
  });

  it('products that are confirmed after their release stay released', async () => {
    await ask('/reservations', { orderId: 'o-2', ...products });
    await ask('/reservations/release', { orderId: 'o-2' });
    expect(await ask('/reservations/confirm', { orderId: 'o-2' })).toBe(409);
    await ask('/reservations', { orderId: 'o-2', ...products });
    expect(services.book.stock.get('o-2')).toBe('released');
  });

  it('products that are reserved after their confirmation, by a copy of the request, stay confirmed', async () => {
    await ask('/reservations', { orderId: 'o-3', ...products });
    expect(await ask('/reservations/confirm', { orderId: 'o-3' })).toBe(200);
    expect(await ask('/reservations', { orderId: 'o-3', ...products })).toBe(202);
    expect(services.book.stock.get('o-3')).toBe('confirmed');
  });
});

const products = { items: [{ sku: 'book', quantity: 1 }] };
