import { expect, it } from 'vitest';
import { readSettings } from './settings.ts';

it('the settings have the defaults of the services that they replace', () => {
  expect(readSettings({ DATABASE_URL: '' })).toMatchObject({
    PORT: 3101,
    USER_SERVICE_URL: 'http://127.0.0.1:3001',
    ORDER_SERVICE_URL: 'http://127.0.0.1:3002',
    PAYMENT_SERVICE_URL: 'http://127.0.0.1:3003',
    SCHEDULER_SERVICE_URL: 'http://127.0.0.1:3005',
    ACCEPTANCE_TIME: 30 * 60_000,
  });
});

it.each([
  ['KAFKA_BOOTSTRAP_SERVERS', 'kafka', 'use host:port, several with commas'],
  ['ACCEPTANCE_TIME', '30', 'use a duration such as 500ms, 20s, 30m or 1h'],
  ['PORT', '70000', 'use a port number up to 65535'],
  ['PAYMENT_SERVICE_URL', 'payments', 'use an address such as http://127.0.0.1:3003'],
])('a setting that cannot be read stops the start and says what to use: %s', (name, value, why) => {
  expect(() => readSettings({ [name]: value })).toThrow(`${name}: ${why}`);
});

it('the published token is not taken in production', () => {
  expect(() => readSettings({ NODE_ENV: 'production' })).toThrow('ADMIN_TOKEN: ');
});
