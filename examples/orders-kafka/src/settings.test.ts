import { expect, it } from 'vitest';
import { readSettings, topicsOf } from './settings.ts';

it('topics have the names of the table, and may be renamed', () => {
  expect(Object.values(topicsOf(readSettings({})))).toEqual([
    ...['order-created-events', 'product-reserved-events', 'product-reservation-failed-events'],
    ...['payment-processed-events', 'payment-failed-events', 'split-payment-processed-events'],
    ...['coupon-applied-events', 'order-approved-events', 'order-cancelled-events'],
  ]);
  expect(topicsOf(readSettings({ TOPIC_ORDER_CREATED: 'new-orders' })).ORDER_CREATED).toBe('new-orders');
  expect(readSettings({}).SERVER_PORT).toBe(8_095);
});

it('the published token is not taken in production', () => {
  expect(() => readSettings({ NODE_ENV: 'production' })).toThrow('ADMIN_TOKEN: ');
});

it.each([
  ['INVALID_COUPON', 'maybe', 'use continue or fail'],
  ['KAFKA_BROKERS', 'kafka', 'use host:port, several with commas'],
  ['SERIALIZATION', 'avro', 'use plain or cloudevents'],
])('a setting that cannot be read stops the start and says what to use: %s', (name, value, why) => {
  expect(() => readSettings({ [name]: value })).toThrow(`${name}: ${why}`);
});
